"""Whether an address is asked for as a page or as data."""

from starlette.requests import Request

SUFFIXES = (".html", ".json")


def split_suffix(text: str) -> tuple[str, str]:
    """An id from the address, and the form that its suffix asks for.

    >>> split_suffix("eui:a1.json"), split_suffix("eui:a1")
    (('eui:a1', '.json'), ('eui:a1', ''))
    """
    for suffix in SUFFIXES:
        if text.endswith(suffix):
            return text.removesuffix(suffix), suffix
    return text, ""


def wants_page(request: Request, suffix: str = "") -> bool:
    """Does the caller want HTML? The suffix decides, then the Accept header; a caller without either gets JSON."""
    if suffix:
        return suffix == ".html"
    qualities = _qualities(request.headers.get("accept", ""))
    return qualities.get("text/html", 0.0) > max(
        qualities.get("application/json", 0.0), qualities.get("application/problem+json", 0.0)
    )


def _qualities(accept: str) -> dict[str, float]:
    """Media type -> quality of an Accept header.

    >>> _qualities("text/html,application/json;q=0.9")
    {'text/html': 1.0, 'application/json': 0.9}
    """
    found: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        found[media.lower()] = quality
    return found
