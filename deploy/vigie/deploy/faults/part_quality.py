"""The part of the tests of quality: what they flag of each fault (judge.py)."""

from typing import NamedTuple

from vigie.deploy.faults import judge, table
from vigie.deploy.faults.part import Part, register


class _Line(NamedTuple):
    figure: judge.Figure

    def cells(self) -> tuple[str, ...]:
        return table.cells(self.figure)

    def as_json(self) -> dict[str, object]:
        return table.as_json(self.figure)

    def held(self) -> bool | None:
        return self.figure.held()


register(
    Part(
        name="quality",
        place=1,
        title="tests of quality",
        promise="recall ≥ 0.95 where promised, false flags ≤ 0.5 per sensor-month",
        headings=table.HEADINGS,
        plan=lambda: list(judge.plan()),  # looked up when it is asked for
        play=lambda piece, seed, weeks: [_Line(judge.figure(piece[0], piece[1], piece[2], seed, weeks))],
    )
)
