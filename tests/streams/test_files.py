"""Files of loggers as they are cut into bodies, without Kafka: each part must be readable by itself."""

import asyncio

from vigie.codecs.envelopes.logger_csv import lines_of_head, parse
from vigie.codecs.frame import Frame, Hints
from vigie.codecs.layout import Column, Layout
from vigie.streams.intake.files import Files, Pattern

LAYOUT = Layout(name="l", time="t", columns=(Column(name="h", property="water_depth"),))
HEAD = "Station Ill aval\n\nNo 7\nt;h\n"


class Kept:
    def load(self, _kind, default):
        return default

    def save(self, _marks):
        pass


class Feed:
    def __init__(self):
        self.kept, self.bodies = Kept(), []

    async def begin(self, body, **_said):
        self.bodies.append(body)

    async def wait(self, _confirmed, _limit_s):
        pass


class Text:
    def __init__(self, text: str):
        self.name, self.content, self.mtime = "ill.csv", text.encode(), float(len(text))
        self.size = len(self.content)

    async def read(self, offset, size):
        return self.content[offset : offset + size]

    async def close(self):
        pass


def row(number: int) -> str:
    return f"2026-11-23 {number:02}:00;{number}\n"


def test_what_is_appended_is_read_though_the_headings_stand_below_a_preamble():
    feed = Feed()
    files = Files(
        feed, Pattern("*.csv", "ill"), cut="lines", header_lines=LAYOUT.header_line,
        find_header=lambda head: lines_of_head(head, LAYOUT),
    )  # fmt: skip
    for text in (HEAD + row(1), HEAD + row(1) + row(2) + row(3)):
        for _ in range(2):  # a file is left alone until it stands still
            asyncio.run(files.look([Text(text)]))
    first, second = [parse(body, Hints(source="ill", layout=LAYOUT)) for body in feed.bodies]
    assert [one.decoded.readings[0].value for one in first if isinstance(one, Frame)] == [1.0]
    assert [one.decoded.readings[0].value for one in second] == [2.0, 3.0]
