"""What the page of an alert shows: its facts in groups, its timeline, the alerts that it explains."""

from collections.abc import Sequence
from typing import Any

from vigie.serving.alert_timeline import timeline
from vigie.streams.core.alarm.story import story
from vigie.streams.core.mail.facts import fact_groups
from vigie.streams.core.mail.words import WORDS
from vigie.streams.settings import Settings
from vigie.topics.alert_event import AlertEvent


def alert_values(
    events: Sequence[AlertEvent], children: Sequence[Sequence[AlertEvent]], settings: Settings
) -> dict[str, Any]:
    """The values of the template alert.html.

    Args:
        events: transitions of the alert, in order.
        children: those of each alert that it explains.
        settings: language and legal time.
    """
    language, zone = settings.language, settings.timezone
    groups = fact_groups(story(events).facts, zone, language)
    return {
        "first": events[0],
        "last": events[-1],
        "groups": [group._replace(title=WORDS[language][group.title]) for group in groups],
        "timeline": timeline(events, zone, language),
        "children": [one[-1] for one in children if one],
    }
