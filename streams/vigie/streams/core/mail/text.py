"""A mail as plain text: short lines are the mail program's business, so a paragraph is one line."""

from vigie.streams.core.mail.told import Told
from vigie.streams.core.mail.told_alert import ToldAlert
from vigie.streams.core.mail.told_words import Section
from vigie.streams.core.mail.words import WORDS


def text_of(told: Told) -> str:
    """The plain text of a mail; the sentence comes first."""
    words = WORDS[told.language]
    blocks: list[list[str]] = [[told.opening]] if told.opening else []
    for place, alert in enumerate(told.alerts):
        extra = []
        if place == 0 and told.chart_text:
            extra.append(f"{words['chart']}{words['colon']} {told.chart_text}")
        if place == 0 and told.image_text:
            extra.append(told.image_text)
        if place:
            blocks.append(["—" * 20])
        blocks += _alert(alert, told.notice if place == 0 else "", extra, words)
    blocks += [_section(section) for section in told.sections]
    blocks.append(list(told.notes))
    lines = "\n\n".join("\n".join(block) for block in blocks if block)
    return "\n".join([lines, "", "-- ", *told.closing, ""])


def _alert(alert: ToldAlert, notice: str, extra: list[str], words: dict[str, str]) -> list[list[str]]:
    colon = words["colon"]
    blocks = [[alert.sentence], [notice] if notice else []]
    if alert.second_source:
        blocks.append([f"{words['second_source']}{colon} {alert.second_source}"])
    blocks.append([f"{row.label}{colon} {row.value}" for row in alert.marks])
    blocks.append(extra)
    for name, value in (("check", alert.check), ("clears", alert.clears)):
        if value:
            blocks.append([f"{words[name]}{colon} {value}"])
    if alert.history:
        blocks.append([f"{words['history']}{colon}", *(f"- {line}" for line in alert.history)])
    for group in alert.groups:
        blocks.append([words[group.title], *(f"- {row.label}{colon} {row.value}" for row in group.rows)])
    if alert.children:
        blocks.append(_section(alert.children))
    blocks += [[f"{row.label}{colon}", f"  {row.value}"] for row in alert.commands]
    for name, url in (("page", alert.page), ("data", alert.data), ("live", alert.live)):
        if url:
            blocks.append([f"{words[name]}{colon}", url])
    return blocks


def _section(section: Section) -> list[str]:
    lines = [section.title]
    for line in section.lines:
        lines += [f"- {line.text}", f"  {line.url}"] if line.url else [f"- {line.text}"]
    return lines
