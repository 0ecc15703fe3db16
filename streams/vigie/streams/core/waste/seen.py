"""What the indicators of containers have in common: their parameters, how far they look, the falls of a window."""

from collections.abc import Callable
from dataclasses import replace

from vigie.streams.core.waste.falls import DROP, EMPTIED, SETTLING, Falls, falls
from vigie.streams.core.windows.counted import Counted, counted
from vigie.streams.core.windows.indicator import Inputs, Parameter, Result
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.track import Track

BEFORE_S = 2 * 86_400
"""The level before a fall at the beginning of a window."""
AFTER_S = 86_400
"""The reading that confirms a fall at its end."""
CODES = ("1d", "1w", "1mo")
SOURCE = f"{REPORT_FR}, fiche 2 (remplissage des PAV)"
PROPERTIES = ("fill",)

PARAMETERS = {
    "drop": Parameter(DROP, "points", "baisse à partir de laquelle c'est une collecte", 1, 100),
    "emptied": Parameter(EMPTIED, "%", "remplissage au plus, après une collecte", 0, 100),
    "settling": Parameter(SETTLING, "points", "baisse à partir de laquelle c'est un tassement", 1, 100),
}
LIMITS_FR = (
    "Une collecte d'un conteneur rempli à moins de 30 % ne se voit pas. Une collecte pendant une coupure radio est "
    "datée de la première mesure qui suit."
)


def falls_of(inputs: Inputs, track: Track) -> Falls:
    """Every confirmed fall of a series of fillings, in all that was read of it.

    Args:
        inputs: of an indicator with PARAMETERS.
        track: readings of all flags, %.
    """
    good, said = track.good(), inputs.parameters
    return falls(good.at_ms, good.values, said["drop"], said["emptied"], said["settling"])


def of_falls(inputs: Inputs, tell: Callable[[Counted, Falls], Result]) -> list[Result]:
    """What an indicator tells of each series, of its readings and of all its falls within the window.

    Args:
        inputs: of an indicator with PARAMETERS.
        tell: makes the result of readings counted and falls.
    """
    window, results = inputs.window, []
    for track in inputs.point.of("fill"):
        found = counted(track, window.start_at, window.end_at)
        if found.count + found.excluded:
            seen = falls_of(inputs, track).within(window.start_at, window.end_at)
            results.append(replace(tell(found, seen), channel=track.channel))
    return results
