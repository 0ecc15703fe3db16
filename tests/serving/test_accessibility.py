"""What a program can see of accessibility (RGAA 4.1) on every page; an audit by people is still needed."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from pages_in_memory import HTML, PAGES, client

from vigie.streams.settings import Settings


class Outline(HTMLParser):
    """What a screen reader meets: tags in order with their attributes, every one closed."""

    VOID = ("meta", "link", "br", "hr", "img", "input")

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.children: dict[int, list[str]] = {}

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def named(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("path", [*PAGES, "/nowhere"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_keep_the_rules_of_accessibility_that_a_program_can_see(path, language):
    page = client(Settings(language=language)).get(path, headers=HTML).text
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert outline.named("html") == [{"lang": language}]
    assert len(outline.named("h1")) == len(outline.named("main")) == len(outline.named("title")) == 1
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        assert table.count("<caption>") == 1
        assert "<caption></caption>" not in table
    assert all(header.get("scope") in ("col", "row") for header in outline.named("th"))
    regions = [div for div in outline.named("div") if div.get("role") == "region"]
    assert all(region["aria-label"] and region["tabindex"] == "0" for region in regions)
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in outline.named("a")]
    assert links[0] == "#content"
    assert "content" in ids
    assert "/accessibility" in links
    assert not outline.named("script") + outline.named("style")
    assert not [attributes for _, attributes in outline.tags if "style" in attributes]
    assert "Undefined" not in page


def test_every_link_of_every_page_leads_somewhere():
    web = client()
    known = {f"/alerts/{n:032x}" for n in range(250)}
    for path in PAGES:
        outline = Outline()
        outline.feed(web.get(path, headers=HTML).text)
        for href in {a["href"] for a in outline.named("a")} | {link["href"] for link in outline.named("link")}:
            if not href.startswith("#") and href not in known and "eui%3A0" not in href and "/points/P" not in href:
                assert web.get(href, headers=HTML).status_code == 200, (path, href)
