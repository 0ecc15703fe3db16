"""`vigie rules try`: what a rule would have raised and mailed, had it watched what is stored."""

import json
import time
from pathlib import Path
from typing import Any

import click

from vigie.deploy.fleet_changes.opened import known_fleet
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.opened_database import opened_database
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.rule_commands.show import points_of
from vigie.deploy.rule_trial import tried
from vigie.deploy.rule_words import say
from vigie.deploy.rules_known import Known, rule_named, with_file
from vigie.deploy.terminal_text import cell
from vigie.serving.wording import local_text
from vigie.streams.core.amounts import amount_text
from vigie.streams.core.detect.rule import rules
from vigie.streams.core.detect.trial import Tried
from vigie.streams.core.detect.would_be import Episode, Mails, episodes, mails
from vigie.streams.core.local_time import utc_text
from vigie.streams.settings import Settings
from vigie.streams.sinks.trial_queries import last_reading_at

_UNITS_MS = {"h": 3_600_000, "d": 86_400_000, "j": 86_400_000, "w": 604_800_000}
_SHOWN = 50


@click.command(
    epilog="""\b
    Examples:
      vigie rules try crue --since 30d
      vigie rules try crue --since 8w --point RIV-13005-01 --file flotte/rule.yaml
      vigie rules try crue --since 30d --until 2026-02-15    # a flood of last winter
      vigie rules try baseline --since 30d --json
    """
)
@click.argument("rule")
@click.option("--since", default="30d", show_default=True, help="How far back: 12h, 30d, 8w.")
@click.option("--until", help="Up to this legal time instead of now: 2026-03-02, 02/03/2026 8 h.")
@click.option("--point", help="Only at this point (id or code).")
@click.option("--file", type=click.Path(path_type=Path), help="Rules of this file instead of those in force.")
@click.option("--all", "every", is_flag=True, help=f"Show every alert, not the first {_SHOWN}.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    rule: str, since: str, until: str | None, point: str | None, file: Path | None, *, every: bool, as_json: bool
) -> None:  # fmt: skip
    """Try RULE on what is stored: which alerts it would have raised, how bad, and how many mails that is.

    The same engine judges as in service, whether the rule is switched on or not; nothing is published. Exit code 2:
    there is no such rule or point. 17: the file cannot be applied; what is wrong is told by file and line.
    """
    settings = settings_here()
    now_at = round(time.time() * 1000)
    until_at = typed_instant(until, settings) or now_at
    from_at = until_at - _span_ms(since, settings.language)
    with opened_database(settings) as connection:
        fleet = known_fleet(connection)
        known = Known(with_file(fleet, file, settings) if file else fleet)
        one = rule_named(rule, known.latest(), settings.language)
        own = rules()[one.base or one.id]
        if "level_1" in own.parameters and "level_1" not in one.parameters:
            raise OperatorError(say(settings.language, "no_levels", name=rule), Exit.USAGE)
        points = _chosen(known, points_of(known, one, min(until_at, now_at)), point, settings)
        if not points:
            raise OperatorError(say(settings.language, "no_points", name=rule), Exit.USAGE)
        found = tried(connection, known.view, one, points, from_at, until_at, settings.timezone)
        last_at = None if found.judged else last_reading_at(connection, points)
    alerts = episodes(found.signals, found.worst)
    sent = mails(alerts, until_at)
    if as_json:
        said = {
            "rule": rule, "base": own.name, "from_at": utc_text(from_at), "to_at": utc_text(until_at),
            "points": sorted(found.points), "judged": found.judged, "alerts": [_data(each) for each in alerts],
            "mails": sent._asdict() | {"total": sent.total},
        }  # fmt: skip
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    zone, language = settings.timezone, settings.language
    click.echo(
        say(language, "tried", name=rule, base=own.name, points=len(found.points), judged=found.judged,
            start=local_text(from_at, zone, language), end=local_text(until_at, zone, language))
    )  # fmt: skip
    if not found.judged and not alerts:
        last = say(language, "tried.last", at=local_text(last_at, zone, language)) if last_at is not None else ""
        click.echo(f"{say(language, 'tried.nothing')} {last}".rstrip())
        return
    _print(alerts, sent, found, settings, every=every)


def _span_ms(text: str, language: str) -> int:
    number, unit = text[:-1], text[-1:].lower()
    if not number.isdecimal() or unit not in _UNITS_MS or not int(number):
        raise click.BadParameter(say(language, "bad_since", text=text), param_hint="--since")
    return int(number) * _UNITS_MS[unit]


def _chosen(known: Known, points: list[str], wanted: str | None, settings: Settings) -> list[str]:
    """Those that the rule is for, or the one that was named."""
    if wanted is None:
        return points
    versions = known.view.memberships.points.versions
    named = [name for name, found in versions.items() if wanted == name or any(one.code == wanted for one in found)]
    if not named:
        raise OperatorError(say(settings.language, "no_point", name=wanted), Exit.USAGE)
    return [name for name in points if name in named]


def _print(alerts: list[Episode], sent: Mails, found: Tried, settings: Settings, *, every: bool) -> None:
    from rich.table import Table

    from vigie.deploy.status_table import console

    zone, language = settings.timezone, settings.language
    if not alerts:
        click.echo(say(language, "tried.none"))
    else:
        late = sum(one.began.late for one in alerts)
        click.echo(say(language, "tried.some", count=len(alerts), late=late))
        table = Table(box=None, pad_edge=False)
        for number, head in enumerate(say(language, "tried.head").split("|")):
            table.add_column(head, overflow="fold", no_wrap=number < 3)
        for one in alerts if every else alerts[:_SHOWN]:
            began = one.began
            ended = say(language, "lasts") if one.ended_at is None else local_text(one.ended_at, zone, language)
            worst = "–" if one.worst is None else amount_text(one.worst, began.facts.get("unit", ""), language)
            table.add_row(
                local_text(began.event_at, zone, language), ended, began.facts.get("point_code", began.subject),
                " ".join(map(str, one.levels)) + (f" ({say(language, 'late')})" if began.late else ""),
                str(one.priority), cell(worst), cell(began.sentence_fr if language == "fr" else began.sentence_en),
            )  # fmt: skip
        console().print(table)
        if len(alerts) > _SHOWN and not every:
            click.echo(say(language, "cut", count=len(alerts) - _SHOWN))
    click.echo(say(language, "mails", total=sent.total, most=sent.most_in_an_hour, **_counts(sent)))
    if found.judged:
        click.echo(say(language, "as_known"))


def _counts(sent: Mails) -> dict[str, int]:
    return {"raised": sent.raised, "worse": sent.worse, "ended": sent.ended, "reminders": sent.reminders,
            "digest": sent.digest}  # fmt: skip


def _data(one: Episode) -> dict[str, Any]:
    began = one.began
    return {
        "subject": began.subject, "cause_id": began.cause_id, "began_at": utc_text(began.event_at),
        "ended_at": None if one.ended_at is None else utc_text(one.ended_at), "levels": list(one.levels),
        "priority": one.priority, "late": began.late, "worst": one.worst, "facts": began.facts,
        "sentence_fr": began.sentence_fr, "sentence_en": began.sentence_en,
    }  # fmt: skip
