"""Makers' JavaScript files in a folder, found as the collections name them."""

from collections.abc import Sequence
from pathlib import Path

SUFFIXES = (".js", ".cjs", ".mjs")
_ENTRIES = "main", "index"
"""What a folder of one codec calls the file to be loaded."""


class MakersFiles:
    """The files of a folder.

    The collections put them at vendor/<vendor>/<file>, at vendors/<vendor>/codecs/<codec>.js, at
    distrib/<codec>/main.js, or in a package of the codec's name; a copy of one vendor's folder is found as well.
    Capitals do not matter.
    """

    def __init__(self, folder: Path) -> None:
        self._scripts = [
            (script, tuple(part.casefold() for part in script.relative_to(folder).parts))
            for script in sorted(folder.rglob("*"), key=lambda one: (len(one.parts), one))
            if script.suffix in SUFFIXES and script.is_file()
        ]
        self._by_name: dict[str, list[tuple[Path, tuple[str, ...]]]] = {}
        for script, parts in self._scripts:
            self._by_name.setdefault(parts[-1], []).append((script, parts))

    def find(self, vendor: str, codec: str, file: str = "") -> Path | None:
        """The file of a codec; of several, the one under the vendor's and the codec's name.

        Args:
            vendor: the maker, as the collection calls it.
            codec: the codec, as the collection calls it.
            file: name or path of the file, where the example says it.
        """
        vendor, codec, wanted = vendor.casefold(), codec.casefold(), tuple(file.casefold().split("/"))
        for name in (wanted[-1], *(codec + suffix for suffix in SUFFIXES)):
            found = self._by_name.get(name, [])
            rated = [
                (
                    (parts[-len(wanted) :] == wanted and len(wanted) > 1, codec in parts[:-1], vendor in parts[:-1]),
                    script,
                )
                for script, parts in found
            ]
            best = max((rate for rate, _ in rated), default=None)
            if best is not None and (any(best) or len(rated) == 1):
                return next(script for rate, script in rated if rate == best)
        inside = [(script, parts) for script, parts in self._scripts if codec in parts[:-1]]
        return _entry([one for one in inside if vendor in one[1][:-1]] or inside)


def _entry(inside: Sequence[tuple[Path, tuple[str, ...]]]) -> Path | None:
    """Of the files in a codec's folder the one to be loaded; the nearest first."""
    for entry in _ENTRIES:
        for script, _ in inside:
            if script.stem.casefold() == entry:
                return script
    return inside[0][0] if len(inside) == 1 else None
