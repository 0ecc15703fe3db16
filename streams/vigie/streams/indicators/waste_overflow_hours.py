"""How long a container overflowed."""

from collections.abc import Sequence

from vigie.streams.core.waste.fill import as_known
from vigie.streams.core.waste.seen import CODES, PROPERTIES, SOURCE
from vigie.streams.core.windows.counted import counted
from vigie.streams.core.windows.held import held_ms
from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register

HOUR_MS = 3_600_000


def compute(inputs: Inputs) -> Sequence[Result]:
    """Hours of the window above the parameter `overflow`."""
    window, above, results = inputs.window, inputs.parameters["overflow"], []
    for track in inputs.point.of("fill"):
        found = counted(track, window.start_at, window.end_at)
        if not found.count + found.excluded:
            continue
        good = track.good().between(0, window.end_at)
        held = held_ms(good, window.start_at, window.end_at)
        hours = int(held[as_known(good.values) > above].sum()) / HOUR_MS
        results.append(
            found.result(
                hours, ENOUGH_OF_A_DAY, channel=track.channel, details={"observed_h": int(held.sum()) / HOUR_MS}
            )
        )
    return results


register(
    Indicator(
        name="waste_overflow_hours",
        use_case="waste",
        codes=CODES,
        properties=PROPERTIES,
        unit="h",
        version="1",
        label_fr="heures de débordement",
        label_en="overflow hours",
        definition_fr="Durée pendant laquelle le conteneur est rempli à plus de 95 %.",
        formula=(
            "somme des durées des mesures (médiane de trois) au-dessus de 95 % ; une mesure vaut jusqu'à la suivante, "
            "1,5 pas au plus"
        ),
        period_fr="jour, semaine et mois",
        source=SOURCE,
        limits_fr=(
            "Le temps sans mesure n'est ni compté ni extrapolé ; détail « observed_h » : les heures couvertes. Vide "
            "sous 90 % de mesures."
        ),
        compute=compute,
        before_s=2 * 86_400,
        bound=ENOUGH_OF_A_DAY,
        parameters={"overflow": Parameter(95.0, "%", "remplissage au-dessus duquel le conteneur déborde", 0, 100)},
    )
)
