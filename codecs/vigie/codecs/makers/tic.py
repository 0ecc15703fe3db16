"""TIC, the customer output of French electricity meters: what its tariff periods and its clock mean, whoever relays it.

Source: Enedis-NOI-CPT_02E and Enedis-NOI-CPT_54E (labels PTEC, LTARF, PTCOUR), and the value tables of
https://github.com/Watteco/Codec-API-LoRaWAN, codec/tic.js.

Channels of active_energy_index, in Wh, for every codec of this project that reads a meter:

    0       total or base: BASE, EAST, and the sum of the phases
    1-10    index n: EASF01-10, or HCHC 1, HCHP 2, EJPHN 3, EJPHPM 4, BBRHCJB 5, BBRHPJB 6, BBRHCJW 7, BBRHPJW 8,
            BBRHCJR 9, BBRHPJR 10; ENERG 1-6
    11-14   index n of the distributor: EASD01-04
    20      injected: EAIT, and the sum of the phases
    100+c   index of the tariff period in force, where c is its code in categories.csv (PME-PMI: EAP_s)
    201-203 index of a phase; 221-223 injected on a phase

Channels of power, voltage and current are phases: 0 where there is one or for their sum, 1 to 3.
"""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from vigie.topics.category import code_of

PERIOD_CHANNELS = 100
INJECTED = 20
PHASES = 200

_PARIS = ZoneInfo("Europe/Paris")
_SEASONS = {"E": timezone(timedelta(hours=2)), "H": timezone(timedelta(hours=1))}

_SPELLINGS = {
    "BASE": "TH", "HEURE CREUSE": "HC", "HEURE PLEINE": "HP", "HEURE NORMALE": "HN", "HEURE POINTE": "PM",
    "HC BLEU": "HCJB", "BUHC": "HCJB", "HP BLEU": "HPJB", "BUHP": "HPJB", "HC BLANC": "HCJW", "BCHC": "HCJW",
    "HP BLANC": "HPJW", "BCHP": "HPJW", "HC ROUGE": "HCJR", "RHC": "HCJR", "HP ROUGE": "HPJR", "RHP": "HPJR",
    "HEURE WEEK-END": "WE", "INDEX NON CONSO": "NC",
}  # fmt: skip
"""How meters write a period -> its name in categories.csv, where the two differ."""


def tariff(text: str) -> int | None:
    """The code of a tariff period as a meter writes it; None for free text.

    >>> tariff("HP.."), tariff("HEURE PLEINE"), tariff("HPE"), tariff("IND")
    (3, 3, 17, None)
    """
    name = text.strip().rstrip(".")
    return code_of("tariff_period", _SPELLINGS.get(name, name))


def legal(year: int, month: int, day: int, hour: int, minute: int, second: int, season: str = "") -> str | None:
    """A meter's date, which is French legal time, as RFC 3339; None if there is no such date.

    It is told, and never dates a reading: the clock of a meter may be anything, and the frame is of this minute.

    The year has its century; the season is `E` (summer) or `H` (winter) where the meter says it; else the hour that
    comes twice is its first.

    >>> legal(2021, 4, 12, 10, 9, 33), legal(2020, 10, 25, 2, 30, 0, "H"), legal(2021, 2, 30, 0, 0, 0)
    ('2021-04-12T10:09:33+02:00', '2020-10-25T02:30:00+01:00', None)
    """
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_SEASONS.get(season, _PARIS)).isoformat()
    except ValueError:
        return None


def legal_since_2000(seconds: int) -> str:
    """Seconds since 2000-01-01 UTC as RFC 3339 in French legal time.

    >>> legal_since_2000(0x27F7E5A0)
    '2021-04-01T04:00:00+02:00'
    """
    return (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(_PARIS).isoformat()
