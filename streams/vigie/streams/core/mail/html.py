"""A mail as HTML: one column for a phone, styles inline, nothing from elsewhere, legible in dark mode."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from vigie.streams.core.mail.told import Told
from vigie.streams.core.mail.words import WORDS


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("vigie.streams.core.mail"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("mail.html")


def html_of(told: Told, subject: str, chart_cid: str, image_cid: str) -> str:
    """The HTML of a mail.

    Args:
        told: what it tells.
        subject: for its title.
        chart_cid: Content-ID of the chart, without angle brackets; empty for none.
        image_cid: likewise of the image.
    """
    return _template().render(
        told=told, subject=subject, words=WORDS[told.language], chart_cid=chart_cid, image_cid=image_cid
    )
