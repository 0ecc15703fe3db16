"""What an address says beside its path: suffix, texts, numbers; refused with a sentence where unreadable."""

from starlette.requests import Request

from vigie.serving.negotiation import SUFFIXES
from vigie.serving.problem import Problem


def suffix_of(request: Request, words: dict[str, str]) -> str:
    """The suffix of a list's address.

    Raises:
        Problem: 404 for one that there is not.
    """
    suffix = request.path_params.get("suffix", "")
    if suffix not in ("", *SUFFIXES):
        raise Problem(404, words["missing_page"])
    return str(suffix)


def text_of(request: Request, name: str, words: dict[str, str]) -> str:
    """A text parameter; empty where it is not given.

    Raises:
        Problem: 400 for one that the store cannot be asked for.
    """
    text = request.query_params.get(name, "")
    if "\0" in text:  # PostgreSQL has no text that holds one
        raise Problem(400, words["bad_parameter"].format(detail=name))
    return text


def number_of(request: Request, name: str, default: int, words: dict[str, str]) -> int:
    """A whole number of at most nine digits.

    Raises:
        Problem: 400 for anything else.
    """
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Problem(400, words["bad_parameter"].format(detail=f"{name}={text}"))
    return int(text)
