"""Text that others wrote, for mails and pages."""

from unicodedata import category

SENTENCE = 1000
"""How much of a sentence is shown, which is ours around words of others."""
_REPLACED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def outside_text(text: str, most: int = 200) -> str:
    r"""Somebody else's text as one short line: cut, and what controls or steers the reader's screen replaced.

    >>> outside_text("ville\r\nBcc: x\0"), outside_text("15\u00a0min"), len(outside_text("x" * 460_000))
    ('ville\ufffd\ufffdBcc: x\ufffd', '15\xa0min', 200)
    """
    if len(text) > most:
        text = text[: most - 1] + "…"
    return "".join("\ufffd" if category(letter) in _REPLACED else letter for letter in text)
