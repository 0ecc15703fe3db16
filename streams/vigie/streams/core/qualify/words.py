"""Packed flags of all tests, 60 bits, kept as 16-bit codes: among millions of values only some hundreds differ."""

import numpy as np
from numpy.typing import NDArray

ABSENT, PENDING = 0, 1
"""Codes of no value, and of a value whose tests have not been done."""
LIMIT = 65_535

Codes = NDArray[np.uint16]
PackedFlags = NDArray[np.uint64]


class Words:
    """Both ways between packed flags and codes, for one process.

    >>> words = Words()
    >>> code = words.codes(np.array([0x1111], np.uint64))[0]
    >>> hex(words.packed(code))
    '0x1111'
    """

    def __init__(self) -> None:
        self._codes: dict[int, int] = {}
        self._table = np.zeros(LIMIT + 1, np.uint64)
        self._next = PENDING + 1

    def codes(self, packed: PackedFlags) -> Codes:
        """The code of each. Where no code is left, the last: such a value counts as changed when it is looked at."""
        found, inverse = np.unique(packed, return_inverse=True)
        own = [self._code(word) for word in found.tolist()]
        codes: Codes = np.array(own, np.uint16)[inverse].reshape(packed.shape)
        return codes

    def packed(self, code: int) -> int:
        """The flags of one code."""
        return int(self._table[code])

    def all_packed(self, codes: Codes) -> PackedFlags:
        """The flags of each code."""
        found: PackedFlags = self._table[codes]
        return found

    def _code(self, word: int) -> int:
        code = self._codes.get(word)
        if code is None:
            code = self._next
            if code >= LIMIT:
                return LIMIT
            self._next += 1
            self._codes[word] = code
            self._table[code] = word
        return code
