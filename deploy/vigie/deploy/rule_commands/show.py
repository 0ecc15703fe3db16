"""`vigie rules show`: a rule as it is stated, and where it watches."""

import json
import time

import click

from vigie.deploy.rule_words import say, state_text, where_text
from vigie.deploy.rules_known import Known, known_here, rule_named
from vigie.streams.core.detect.rule import rules
from vigie.streams.core.fleet.memberships import is_for
from vigie.streams.core.fleet.words import StatedRule
from vigie.topics.property import PROPERTIES


@click.command(
    epilog="""\b
    Examples:
      vigie rules show crue
      vigie rules show threshold --json
    """
)
@click.argument("rule")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(rule: str, *, as_json: bool) -> None:
    """Show RULE of the fleet, or of the platform: owner, where and when it watches, levels, priorities.

    Exit code 2: there is no such rule.
    """
    settings, known = known_here()
    one = rule_named(rule, known.latest() if known else {}, settings.language)
    own = rules()[one.base or one.id]
    points = points_of(known, one)
    if as_json:
        said = one._asdict() | {
            "from_at": None, "to_at": None, "points_concerned": points, "base": own.name,
            "properties": series_texts(one), "parameters": dict(one.parameters),
        }  # fmt: skip
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    language = settings.language
    levels = " ".join(
        str(max(1, one.priority - place) if one.priority else number) for place, number in enumerate(own.priorities)
    )
    watched = ", ".join(one.indicators or series_texts(one) or own.indicators or own.properties)
    rows = (
        ("label", one.name), ("definition", one.definition), ("owner", one.owner),
        ("base", f"{own.name} {own.version}"), ("state", state_text(one.state, language)),
        ("where", where_text(one, language)), ("watches", watched),
        ("calendar", one.calendar or say(language, "always")), ("priority", levels),
        ("latched", say(language, "yes") if one.latched or own.latched else ""),
        ("parameters", " ".join(f"{name}={number:g}" for name, number in one.parameters.items())),
        ("second_source", one.second_source or one.hubeau_station), ("image", one.image_url),
        ("count", "" if known is None else str(len(points))),
    )  # fmt: skip
    click.echo(rule)
    width = max(len(say(language, key)) for key, _ in rows)
    for key, text in rows:
        if text:
            click.echo(f"  {say(language, key):<{width}}  {text}")


def series_texts(one: StatedRule) -> list[str]:
    """Its properties as they are stated: `passages#2`."""
    return [
        PROPERTIES[number].name + (f"#{channel}" if channel is not None else "") for number, channel in one.properties
    ]


def points_of(known: Known | None, one: StatedRule, at: int | None = None) -> list[str]:
    """Ids of the points that it is for now (or at an instant) and that measure something that it judges."""
    if known is None:
        return []
    now, own = round(time.time() * 1000) if at is None else at, rules()[one.base or one.id]
    names = {number for number, _ in one.properties} or {
        number for number, entry in PROPERTIES.items() if entry.name in own.properties
    }
    found = []
    for name in sorted(known.view.memberships.points.versions):
        point = known.view.point_at(name, now)
        if point is None or not is_for(one, (point,)) or own.use_case not in ("", point.use_case):
            continue
        if one.indicators or own.indicators or not names or any(series.property in names for series in point.series):
            found.append(name)
    return found
