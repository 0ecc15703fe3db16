"""A dead letter for people and for machines."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from vigie.deploy.replay_report import COLON, shown
from vigie.deploy.terminal_text import cell, safe
from vigie.serving.wording import local_text
from vigie.streams.settings import Settings
from vigie.topics.dead_letter import DeadLetter

MOST_SHOWN_BYTES = 4096


def place_text(letter: DeadLetter) -> str:
    """Where the original stands, as commands take it: TOPIC/PARTITION/OFFSET."""
    return f"{letter.topic}/{letter.partition}/{letter.offset}"


def as_data(letter: DeadLetter, settings: Settings) -> dict[str, Any]:
    """Everything but the body."""
    return {
        "place": place_text(letter),
        "reason": letter.reason,
        "message": letter.message,
        "step": letter.step,
        "arrival": local_text(letter.ingested_at, settings.timezone, settings.language),
        "ingested_at": letter.ingested_at,
        "key": None if letter.key is None else letter.key.decode("utf-8", "backslashreplace"),
        "headers": letter.headers,
        "size": letter.body_size,
        "sha256": letter.body_hash,
        "replayed_as": letter.replayed_as,
        "traceback": letter.traceback,
    }


def table(letters: Sequence[DeadLetter], settings: Settings) -> Table:
    """One line per letter; its place stands whole, since other commands take it."""
    names = {
        "fr": ("arrivée", "place", "motif", "capteur", "octets", "reprise", "phrase"),
        "en": ("arrival", "place", "reason", "device", "bytes", "replay", "sentence"),
    }[settings.language]
    found = Table(names[0], box=None, pad_edge=False)
    found.add_column(names[1], no_wrap=True, overflow="ignore", min_width=max(map(len, map(place_text, letters))))
    found.add_column(names[2])
    found.add_column(names[3])
    found.add_column(names[4], justify="right")
    found.add_column(names[5], justify="right")
    found.add_column(names[6])
    for letter in letters:
        found.add_row(
            local_text(letter.ingested_at, settings.timezone, settings.language),
            place_text(letter),
            letter.reason,
            cell(shown((letter.key or b"").decode("utf-8", "backslashreplace"))),
            str(letter.body_size),
            "" if letter.replayed_as is None else str(letter.replayed_as),
            cell(letter.message),
        )
    return found


def full_text(letter: DeadLetter, settings: Settings) -> str:
    """The whole letter: its papers, then its bytes as a hex dump (the first 4 kB of them)."""
    french, colon = settings.language == "fr", COLON[settings.language]
    names = {
        "place": "place",
        "reason": "motif" if french else "reason",
        "message": "phrase" if french else "sentence",
        "step": "étape" if french else "step",
        "arrival": "arrivée" if french else "arrival",
        "key": "clé" if french else "key",
        "size": "octets" if french else "bytes",
        "sha256": "SHA-256",
        "replayed_as": "reprise" if french else "replayed as",
    }
    data = as_data(letter, settings)
    lines = [f"{text}{colon} {safe(str(data[name]))}" for name, text in names.items() if data[name] is not None]
    lines += [f"{safe(name)}{colon} {safe(text)}" for name, text in sorted(letter.headers.items())]
    if letter.traceback:
        lines += ["", *(safe(line) for line in letter.traceback.rstrip().splitlines())]
    lines += ["", *hex_dump(letter.body[:MOST_SHOWN_BYTES])]
    if len(letter.body) > MOST_SHOWN_BYTES:
        more = len(letter.body) - MOST_SHOWN_BYTES
        lines.append(f"… {more} octets de plus (--json)" if french else f"… {more} bytes more (--json)")
    return "\n".join(lines)


def hex_dump(data: bytes) -> list[str]:
    """Bytes as lines of position, hex digits and characters.

    >>> hex_dump(bytes([1]) + b"u|abc")
    ['00000000  01 75 7c 61 62 63                                |.u|abc|']
    """
    lines = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        characters = "".join(chr(one) if 32 <= one < 127 else "." for one in row)
        lines.append(f"{at:08x}  {row.hex(' '):47}  |{characters}|")
    return lines
