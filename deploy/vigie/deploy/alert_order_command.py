"""What the commands about an alert have in common: whom they are about, who gives them, what came of them."""

import getpass
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import click

from vigie.deploy import alert_order
from vigie.deploy.alert_named import alert_named
from vigie.deploy.installation import settings_here
from vigie.deploy.opened_store import opened_store
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.as_data import of_event
from vigie.serving.wording import author_text, local_text, sentence, state_text, transition_text
from vigie.streams.core.alarm.commanded import is_role
from vigie.streams.core.alarm.refusals import refusal
from vigie.streams.settings import Settings
from vigie.topics.alarm_input import Command
from vigie.topics.alert_event import AlertEvent

F = TypeVar("F", bound=Callable[..., Any])

WHATEVER = 2**31 - 1
"""The revision of an author who has not said which one they saw, where the store cannot say the latest either."""
_FULL = re.compile(r"[0-9a-f]{32}")

_WORDS = {
    "fr": {
        "done": "Alerte {alert} : {transition}, par {author}. État : {state}.",
        "until": "Jusqu'au {until}.",
        "refused": "Refusé : {why}. L'alerte {alert} reste comme elle est.",
        "no_answer": "La commande est partie, et `alarm` n'y a pas répondu en {wait_s} s. Elle n'est pas perdue : elle "
        "sera exécutée, ou refusée, dès que le rôle travaille. « vigie status » dit s'il tourne, « vigie alerts show "
        "{alert} » ce qu'il en est advenu.",
        "no_kafka": "Aucun Kafka n'est connu ici : démarrez `vigie up`, ou donnez VIGIE_KAFKA.",
        "no_store": "La base de données ne répond pas : donnez l'identifiant entier de l'alerte (32 chiffres).",
    },
    "en": {
        "done": "Alert {alert}: {transition}, by {author}. State: {state}.",
        "until": "Until {until}.",
        "refused": "Refused: {why}. The alert {alert} stays as it is.",
        "no_answer": "The command was sent, and `alarm` has not answered it within {wait_s} s. It is not lost: it is "
        "obeyed, or refused, as soon as the role works. `vigie status` says whether it runs, `vigie alerts show "
        "{alert}` what came of it.",
        "no_kafka": "No Kafka is known here: start `vigie up`, or set VIGIE_KAFKA.",
        "no_store": "The database does not answer: give the whole id of the alert (32 digits).",
    },
}


def order_options(command: F) -> F:
    """ALERT, and the options that all these commands have."""
    for decorate in reversed(
        (
            click.argument("alert"),
            click.option("--as", "author", help="Who gives the command; default: your login name."),
            click.option("--revision", type=click.IntRange(0), help="Revision that you saw; default: the latest."),
            click.option("--wait", "wait_s", default=30.0, show_default=True, type=click.FloatRange(0.1, 600),
                         help="Seconds to wait for the answer."),
            click.option("--json", "as_json", is_flag=True, help="Print the answering event as one JSON object."),
        )
    ):  # fmt: skip
        command = decorate(command)
    return command


def give(
    alert: str, action: str, *, author: str | None, revision: int | None, wait_s: float, as_json: bool, **more: Any
) -> None:
    """Give a command, wait, and print what came of it.

    Args:
        alert: id of an alert, or its first digits where the store answers.
        action: of alarm_input.ACTIONS.
        author: None for the login name.
        revision: that the author saw; None for the latest.
        wait_s: for the answer.
        as_json: print the event instead of a sentence.
        more: further fields of the command; `until` may be a function of now (epoch ms UTC).

    Raises:
        OperatorError: nothing answers, or the command is refused.
    """
    settings = settings_here()
    words = _WORDS[settings.language]
    if not settings.kafka:
        raise OperatorError(words["no_kafka"], Exit.NOT_RUNNING)
    author = author or getpass.getuser()
    if not is_role(author):  # a refusal would stand in the archive, with the name
        raise OperatorError(f"{author!r} : {refusal('no_contact', settings.language)} (--as).", Exit.USAGE)
    alert_id, latest = _named(settings, alert)
    now = alert_order.now(settings)
    until = more.pop("until", None)
    command = Command(
        id=uuid4().hex, alert_id=alert_id, alert_revision=latest if revision is None else revision, action=action,
        author=author, at=now, until_at=0 if until is None else until(settings, now), **more,
    )  # fmt: skip
    event = alert_order.answered(settings, command, wait_s)
    if event is None:
        raise OperatorError(words["no_answer"].format(wait_s=f"{wait_s:g}", alert=alert_id[:8]), Exit.NOT_READY)
    if as_json:
        click.echo(json.dumps(of_event(event), ensure_ascii=False))
    elif event.transition != "refused":
        click.echo(_told(event, settings))
    if event.transition == "refused":
        why = refusal(event.reason, settings.language)
        raise OperatorError(words["refused"].format(why=why, alert=alert_id[:8]), Exit.REFUSED)


def _named(settings: Settings, name: str) -> tuple[str, int]:
    """Id and latest revision of an alert; of a whole id also while no store answers."""
    given = name.strip().lower().removeprefix("alerte-")
    try:
        with opened_store(settings) as store:
            last = alert_named(store, name, settings.language)[-1]
    except OperatorError as error:
        away = error.exit_code in (Exit.UNREACHABLE, Exit.NOT_RUNNING, Exit.NOT_READY)
        if away and _FULL.fullmatch(given):
            return given, WHATEVER
        if away:
            raise OperatorError(_WORDS[settings.language]["no_store"], Exit(error.exit_code)) from None
        raise
    return last.alert_id, last.revision


def _told(event: AlertEvent, settings: Settings) -> str:
    language, words = settings.language, _WORDS[settings.language]
    lines = [
        sentence(event.explanation, language),
        words["done"].format(
            alert=event.alert_id[:8], transition=transition_text(event.transition, language),
            author=author_text(event.author, language), state=state_text(event.state, language),
        ),
    ]  # fmt: skip
    if event.transition == "shelved":
        lines.append(words["until"].format(until=local_text(event.shelved_until, settings.timezone, language)))
    return "\n".join(lines)
