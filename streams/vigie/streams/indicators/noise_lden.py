"""Lden: the level of day, evening and night."""

from collections.abc import Sequence

from vigie.streams.core.noise.lden import PARTS, lden
from vigie.streams.core.noise.part_level import BOUND, level_of
from vigie.streams.core.noise.texts import NIGHT_FR, REGULATION, STEPS_FR
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.spans import part_of_window
from vigie.streams.core.windows.track import Track


def compute(inputs: Inputs) -> Sequence[Result]:
    """Lden of the window, by channel."""
    return [_of(series, inputs) for series in inputs.point.of("laeq")]


def _of(series: Track, inputs: Inputs) -> Result:
    parts = {
        name: level_of(part_of_window(series, inputs.window, inputs.zone, begin, end), inputs.window)
        for name, (begin, end, _) in PARTS.items()
    }
    levels = {name: one.value for name, one in parts.items() if one.value is not None}
    rates = [one.completeness for one in parts.values() if one.completeness is not None]
    expected = [one.expected for one in parts.values() if one.expected is not None]
    found = Result(
        value=lden(**levels) if len(levels) == len(PARTS) else None,
        count=sum(one.count for one in parts.values()),
        expected=sum(expected) if expected else None,
        completeness=min(rates) if rates else None,
        excluded=sum(one.excluded for one in parts.values()),
        quality=max(one.quality for one in parts.values()),
        details=levels,
        channel=series.channel,
    )
    return honest_result(found, BOUND)


register(
    Indicator(
        name="noise_lden",
        use_case="noise",
        codes=("1d", "1mo", "1y"),
        properties=("laeq",),
        unit="dB(A)",
        version="1",
        label_fr="niveau Lden",
        label_en="Lden level",
        definition_fr=(
            "Niveau jour-soir-nuit : le soir compte 5 dB de plus, la nuit 10 dB. Jour 6 h-18 h, soir 18 h-22 h, nuit "
            f"22 h-6 h, en heure légale. {NIGHT_FR}"
        ),
        formula=(
            "Lden = 10·log10[(12·10^(Ld/10) + 4·10^((Le+5)/10) + 8·10^((Ln+10)/10)) / 24] ; détails lday, levening, "
            "lnight"
        ),
        period_fr="jour, mois, année (l'indicateur réglementaire est l'année)",
        source=REGULATION,
        limits_fr=(
            "La complétude est celle de la partie (jour, soir, nuit) qui en a le moins ; vide dès qu'une partie a "
            f"moins de 75 % de ses mesures. Les poids 12, 4 et 8 h restent quand l'heure change. {STEPS_FR}"
        ),
        compute=compute,
        before_s=2 * 3600,
        bound=BOUND,
    )
)
