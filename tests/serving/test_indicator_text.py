"""What an explanation says of completeness and numbers: no sentence contradicts the number above it."""

from types import SimpleNamespace

import pytest

from vigie.serving.indicator_cells import number_text_of
from vigie.serving.indicator_text import _completeness


@pytest.mark.parametrize(
    ("value", "completeness", "count", "sentences"),
    [
        (5.0, 1.0, 4, ["Complétude : 100 %, soit 4 sur 4 ; il en faut 80 %.", "la valeur est donnée"]),
        (None, 0.75, 3, ["Complétude : 75 %, soit 3 sur 4 ; il en faut 80 %.", "Sous la borne"]),
        (None, 1.0, 4, ["Complétude : 100 %, soit 4 sur 4", "vide pour une autre raison"]),  # a step too long
        (5.0, 0.8, 4, ["80 % (définie dans les limites)", "la valeur est donnée"]),  # of the worst part
    ],
)
def test_completeness(value, completeness, count, sentences):
    row = SimpleNamespace(value=value, completeness=completeness, count=count, expected=4)
    told = _completeness(SimpleNamespace(row=row, bound=0.8), "fr")
    assert len(told) == len(sentences)
    assert all(
        sentence in line.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
        for sentence, line in zip(sentences, told, strict=True)
    )


@pytest.mark.parametrize(
    ("indicator", "unit", "told"),
    [("noise_harmonica", "", "6.9"), ("noise_harmonica_day#2", "", "6.9"), ("noise_lden", "dB(A)", "6.89 dB(A)")],
)
def test_an_index_is_read_with_one_decimal(indicator, unit, told):
    assert number_text_of(SimpleNamespace(indicator=indicator, value=6.8891, unit=unit), "en") == told
