"""Data gap: are readings of a day missing, once all had time to come?"""

from datetime import datetime
from math import isnan

from msgspec import Struct, field

from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.local_time import local, utc_text

_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
_LEAST_WAIT_MS = 2 * _HOUR_MS
_LAPSES_MS = 7 * _DAY_MS
"""A gap that was not filled in a week will not be."""


class Window(Struct, array_like=True):
    """A day that is not complete; instants in epoch ms UTC."""

    end_at: int
    due_at: int
    completeness: float
    told: bool = False


class Memory(Struct, array_like=True):
    """Days that are not complete, by their start."""

    windows: dict[int, Window] = field(default_factory=dict)


def judge(memory: Memory, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Take a day in, or its repair; level 1 as long as a day that was told of is not complete."""
    del held
    one = sample.aggregate
    if one is None or one.completeness is None:
        return _held(memory, ground)
    if one.completeness >= ground.parameters["least"]:
        memory.windows.pop(one.window_start, None)
    elif known := memory.windows.get(one.window_start):
        known.completeness = one.completeness
    elif sample.fresh:
        wait_ms = max(1000 * ground.upload_s, _LEAST_WAIT_MS)
        memory.windows[one.window_start] = Window(one.window_end, one.window_end + wait_ms, one.completeness)
    return _held(memory, ground)


def due(memory: Memory, at: int, ground: Ground, held: int) -> Judgement | None:
    """Days whose time to be filled is over."""
    del held
    changed = False
    for start_at, window in list(memory.windows.items()):
        if at >= window.end_at + _LAPSES_MS:
            del memory.windows[start_at]
            changed = True
        elif at >= window.due_at and not window.told:
            window.told = changed = True
    return _held(memory, ground) if changed else None


def _held(memory: Memory, ground: Ground) -> Judgement:
    told = {start_at: window for start_at, window in memory.windows.items() if window.told}
    if not told:
        return USUAL
    start_at, window = min(told.items())
    return Judgement(1, support=len(told), facts={
        "completeness": f"{window.completeness:.4g}", "value": "", "unit": "",
        "expected_low": f"{ground.parameters['least']:g}", "expected_from": "mesures que le pas déclaré fait attendre",
        "expected_from_en": "readings that the declared step lets one expect",
        "window": f"{utc_text(start_at)}/{utc_text(window.end_at)}",
    })  # fmt: skip


def waits(memory: Memory) -> bool:
    """Whether some day waits to be told of, or to lapse."""
    return bool(memory.windows)


def says(sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    del sample
    start_at = round(datetime.fromisoformat(judged.facts["window"].split("/")[0]).timestamp() * 1000)
    share = float(judged.facts["completeness"])
    day = local(start_at, ground.zone)
    percent = "?" if isnan(share) else f"{100 * share:.0f}"
    more = judged.support - 1
    if language == "fr":
        others = f", et {more} autre{'s' if more > 1 else ''} jour{'s' if more > 1 else ''}" if more else ""
        return f"n'a que {percent}\u00a0% des mesures attendues du {day:%d/%m/%Y}{others}"
    return f"has only {percent}% of the readings expected of {day:%Y-%m-%d}" + (
        f", and {more} more days" if more else ""
    )


register(
    Rule(
        name="data_gap",
        version="1",
        label_fr="Données manquantes",
        label_en="Missing data",
        judge=judge,
        says=says,
        kind="data",
        memory=Memory,
        indicators=("*",),
        codes=("1d",),
        takes_repairs=True,
        due=due,
        waits=waits,
        on_by_default=True,
        parameters={"least": Parameter(0.9, "", "Complétude d'un jour sous laquelle il manque des données", 0, 1)},
        delays={"on_delay": 1, "off_delay_s": 0},
        priorities=(4,),
        contribution_fr=(
            "Signale les jours dont il manque des mesures, que le capteur émette ou non : un trou de données n'est pas"
            " un silence. Ne modifie aucune donnée."
        ),
        sources_fr="La complétude des jours de chaque grandeur (« aggregates.v1 ») : mesures uniques / attendues.",
        operations_fr=(
            "Un jour dont la complétude est sous `least` attend max(période d'envoi, 2 h) après sa fin ; s'il n'est"
            " pas rempli d'ici là, l'alerte est levée. Elle se ferme quand des données en retard ont rempli tous les"
            " jours signalés, ou après sept jours."
        ),
        limits_fr=(
            "Le pas de mesure est celui que déclare la flotte : un pas faux donne une complétude fausse. Les grandeurs"
            " sans pas connu ne sont pas jugées."
        ),
        check_fr="Voir les réceptions de ce jour ; relever l'enregistreur s'il en a un.",
        check_en="See what was received that day; read out the logger if there is one.",
        clears_fr="Les données du jour arrivées, ou sept jours passés.",
        clears_en="The readings of that day, or seven days gone by.",
        source="Spécification des alertes, § 3.2 (DATA_GAP)",
    )
)  # fmt: skip
