"""A digest: what needs a hand, what failed, what came back; late and explained alerts are counted."""

from vigie.streams.core.mail.letter import Letter
from vigie.streams.core.mail.told_words import ASKS, Line, Section, alert_page, sentence_of
from vigie.streams.core.mail.words import WORDS, counted
from vigie.topics.alert_event import AlertEvent

_STANDING = frozenset({"returned", "latched"})
_OVER = frozenset({"cleared", "returned_to_normal", "reset"})


def digest_sections(letter: Letter, page: str) -> tuple[str, tuple[Section, ...], tuple[str, ...]]:
    """What a digest says, of each alert its last transition.

    Args:
        letter: of kind `digest`.
        page: what links begin with, without a slash at its end; empty for none.

    Returns:
        Its opening sentence; its sections, empty ones left out; what it counts only.
    """
    language, words = letter.language, WORDS[letter.language]
    last = {event.alert_id: event for event in letter.events}
    counts = {"late": 0, "suppressed": 0, "more": letter.more}
    found: dict[str, list[AlertEvent]] = {"hand": [], "failed": [], "back": [], "other": []}
    for event in last.values():
        if event.late:
            counts["late"] += 1
        elif event.suppressed_by:
            counts["suppressed"] += 1
        else:
            found[_group(event)].append(event)
    found["hand"].sort(key=lambda event: event.priority)
    opening = words["digest_opening"].format(
        **{name: counted(language, name, len(found[name])) for name in ("hand", "failed", "back")}
    )
    sections = tuple(
        Section(words[f"digest_{name}"], tuple(_line(event, language, page) for event in events))
        for name, events in found.items()
        if events
    )
    notes = tuple(counted(language, name, count) for name, count in counts.items() if count)
    if not sections:  # of what others were told it says nothing
        opening = words["digest_counted" if notes else "digest_none"]
    return opening, sections, (*notes, words["archive"])


def needs_hand(event: AlertEvent) -> bool:
    """Whether somebody has to do something: acknowledge what is serious, reset what is latched, look at what chatters.

    Args:
        event: the last of its alert.
    """
    return (
        event.state in _STANDING
        or event.transition == "chattering"
        or (event.active and event.priority <= ASKS and not event.acknowledged and event.state != "shelved")
    )


def _group(event: AlertEvent) -> str:
    if needs_hand(event):
        return "hand"
    if event.transition in _OVER or not event.active or event.state == "normal":
        return "back"
    return "failed" if event.transition in ("raised", "level_changed", "unsuppressed", "unshelved") else "other"


def _line(event: AlertEvent, language: str, page: str) -> Line:
    return Line(sentence_of(event, language), alert_page(page, event.alert_id))
