"""What flags and tests of quality are called, and a sentence for each test and flag; numbers come as texts.

`{value}` is the value with its unit; the other names are those that serving/quality_numbers.py gives for the test.
"""

from typing import NamedTuple

from vigie.topics.quality import Flag, Test


class Said(NamedTuple):
    """Words in both languages."""

    fr: str
    en: str

    def in_language(self, language: str) -> str:
        """Those of a language.

        >>> FLAGS[Flag.SUSPECT].in_language("fr"), FLAGS[Flag.SUSPECT].in_language("en")
        ('douteuse', 'suspect')
        """
        return self.fr if language == "fr" else self.en


FLAGS = {
    Flag.GOOD: Said("bonne", "good"),
    Flag.UNKNOWN: Said("non évaluée", "not evaluated"),
    Flag.SUSPECT: Said("douteuse", "suspect"),
    Flag.FAIL: Said("mauvaise", "bad"),
    Flag.MISSING: Said("manquante", "missing"),
}

TESTS = {
    Test.GROSS_RANGE: Said("étendue de mesure", "gross range"),
    Test.CLIMATOLOGY: Said("climat du mois et de l'heure", "climatology"),
    Test.SPIKE: Said("pic isolé", "spike"),
    Test.RATE_OF_CHANGE: Said("vitesse de variation", "rate of change"),
    Test.FLAT_LINE: Said("valeur figée", "flat line"),
    Test.ATTENUATED: Said("signal atténué", "attenuated signal"),
    Test.CONSISTENCY: Said("cohérence entre grandeurs", "internal consistency"),
    Test.NEIGHBOURS: Said("écart aux voisins", "neighbours"),
    Test.RADIATION: Said("soleil sur le capteur", "sun on the sensor"),
    Test.CLOCK: Said("horloge du capteur", "clock"),
    Test.DUPLICATE: Said("doublon radio", "radio duplicate"),
    Test.COUNTER: Said("plage du compteur", "range of the counter"),
    Test.GAP: Said("interruption de la série", "gap"),
    Test.HUMAN: Said("avis du responsable", "owner's verdict"),
    Test.SERVICE: Said("point hors service", "out of service"),
}

REASONS = {
    "live": Said("reçue en direct", "received live"),
    "late": Said("arrivée en retard", "arrived late"),
    "successor": Said("revue après la valeur suivante", "seen again after the next value"),
    "neighbours": Said("revue avec celles des voisins", "seen again beside its neighbours"),
    "replay": Said("message redécodé", "message decoded again"),
    "placement": Said("pose corrigée", "placement corrected"),
    "conversion": Said("conversion ou réglage corrigé", "conversion or setting corrected"),
    "human": Said("avis du responsable", "owner's verdict"),
    "service": Said("intervention déclarée", "intervention stated"),
}

_OBJECTS_ONLY = Said(
    "N'objecte pas : ce test ne parle que pour objecter, une fois la valeur suivante ou les voisins connus.",
    "Does not object: this test speaks only to object, once the next value or the neighbours are known.",
)
NOT_DONE = Said("Ne se fait pas pour cette grandeur.", "Is not done for this quantity.")
SWITCHED_OFF = Said("Éteint par un réglage du point.", "Switched off by a setting of the point.")
MAY_STAND_STILL = Said(
    "La série n'a varié que de {range} en {span}, ce que {value} permet (admis : {excused}).",
    "The series varied by only {range} in {span}, as {value} may (allowed: {excused}).",
)
"""Of a value that stands still and may (saturated air, a lamp that is off)."""
NO_RISE = Said(
    "Baisse de {drop} en {elapsed} : seule une hausse est jugée (au plus {suspect} par heure).",
    "Fell by {drop} in {elapsed}: only a rise is judged (at most {suspect} per hour).",
)
"""Of a value that fell, where only a rise is judged (a container is emptied in a minute)."""
_NOT_ENOUGH = Said("Il manque ce qu'il faut pour juger.", "What it takes to judge is not there.")

SENTENCES: dict[Test, dict[Flag, Said]] = {
    Test.GROSS_RANGE: {
        Flag.GOOD: Said("{value} est dans l'étendue attendue ({expected}).", "{value} is as expected ({expected})."),
        Flag.SUSPECT: Said(
            "{value} est hors de l'étendue attendue ici ({expected}).",
            "{value} is outside what is expected here ({expected}).",
        ),
        Flag.FAIL: Said(
            "{value} est hors de ce que le capteur sait mesurer ({span}).",
            "{value} is outside what the sensor can measure ({span}).",
        ),
    },
    Test.CLIMATOLOGY: {
        Flag.GOOD: Said("{value} est de saison ({expected}).", "{value} is usual for the season ({expected})."),
        Flag.SUSPECT: Said(
            "{value} n'est pas de saison à cette heure ({expected}).",
            "{value} is not usual for the month and hour ({expected}).",
        ),
    },
    Test.SPIKE: {
        Flag.UNKNOWN: _OBJECTS_ONLY,
        Flag.SUSPECT: Said(
            "{value} s'écarte de {excess} de la valeur d'avant ({before}) et de celle d'après ({after}) : plus que "
            "{suspect}.",
            "{value} stands out by {excess} from the value before ({before}) and after ({after}): more than {suspect}.",
        ),
        Flag.FAIL: Said(
            "{value} s'écarte de {excess} de la valeur d'avant ({before}) et de celle d'après ({after}) : plus que "
            "{fail}.",
            "{value} stands out by {excess} from the value before ({before}) and after ({after}): more than {fail}.",
        ),
    },
    Test.RATE_OF_CHANGE: {
        Flag.GOOD: Said(
            "Variation de {change} en {elapsed}, soit {rate} par heure : au plus {suspect} sont attendus.",
            "Changed by {change} in {elapsed}, {rate} per hour: at most {suspect} is expected.",
        ),
        Flag.SUSPECT: Said(
            "Variation de {change} en {elapsed} depuis {before}, soit {rate} par heure : plus que {suspect}.",
            "Changed by {change} in {elapsed} since {before}, {rate} per hour: more than {suspect}.",
        ),
        Flag.FAIL: Said(
            "Variation de {change} en {elapsed} depuis {before}, soit {rate} par heure : plus que {fail}.",
            "Changed by {change} in {elapsed} since {before}, {rate} per hour: more than {fail}.",
        ),
    },
    Test.FLAT_LINE: {
        Flag.GOOD: Said("La série bouge ({range} en {span}).", "The series moves ({range} in {span})."),
        Flag.SUSPECT: Said(
            "La série n'a varié que de {range} en {span} : moins que {tolerance}.",
            "The series varied by only {range} in {span}: less than {tolerance}.",
        ),
        Flag.FAIL: Said(
            "La série n'a varié que de {range} en {span} : moins que {tolerance}.",
            "The series varied by only {range} in {span}: less than {tolerance}.",
        ),
    },
    Test.ATTENUATED: {
        Flag.GOOD: Said("La série varie assez sur {span}.", "The series varies enough over {span}."),
        Flag.SUSPECT: Said(
            "La série varie de {variation} sur {span} : moins que {suspect}.",
            "The series varies by {variation} over {span}: less than {suspect}.",
        ),
        Flag.FAIL: Said(
            "La série varie de {variation} sur {span} : moins que {fail}.",
            "The series varies by {variation} over {span}: less than {fail}.",
        ),
    },
    Test.CONSISTENCY: {
        Flag.GOOD: Said("{value} s'accorde avec {beside}.", "{value} agrees with {beside}."),
        Flag.SUSPECT: Said(
            "{value} ne s'accorde pas avec ce qui est mesuré au même instant ou juste avant ({beside}), ou sort de la "
            "table de conversion.",
            "{value} does not agree with what was measured with it or just before ({beside}), or lies outside the "
            "conversion table.",
        ),
        Flag.FAIL: Said(
            "{value} contredit ce qui est mesuré au même instant ou juste avant ({beside}).",
            "{value} contradicts what was measured with it or just before ({beside}).",
        ),
    },
    Test.NEIGHBOURS: {
        Flag.UNKNOWN: _OBJECTS_ONLY,
        Flag.SUSPECT: Said(
            "{value}, quand la médiane de {count} voisins est de {median} (écart {excess}) : plus de {k} fois leur "
            "dispersion.",
            "{value}, where the median of {count} neighbours is {median} ({excess} apart): over {k} times their "
            "spread.",
        ),
        Flag.FAIL: Said(
            "{value}, quand la médiane de {count} voisins est de {median} (écart {excess}) : plus de {fail_k} fois "
            "leur dispersion.",
            "{value}, where the median of {count} neighbours is {median} ({excess} apart): over {fail_k} times their "
            "spread.",
        ),
    },
    Test.RADIATION: {
        Flag.UNKNOWN: _OBJECTS_ONLY,
        Flag.SUSPECT: Said(
            "{excess} au-dessus de la médiane de {count} voisins ({median}), le soleil étant levé : plus que {limit}.",
            "{excess} above the median of {count} neighbours ({median}) while the sun shines: more than {limit}.",
        ),
    },
    Test.CLOCK: {
        Flag.GOOD: Said("L'heure du capteur est plausible.", "The sensor's time is plausible."),
        Flag.FAIL: Said(
            "Le capteur dit {observed}, mais son message est arrivé le {arrived} : son horloge est fausse.",
            "The sensor says {observed}, but its message arrived {arrived}: its clock is wrong.",
        ),
    },
    Test.DUPLICATE: {
        Flag.GOOD: Said("Valeurs reçues une seule fois.", "Values received once."),
        Flag.SUSPECT: Said(
            "Les mêmes valeurs sont arrivées moins de {span} plus tôt, sous un autre compteur de trames.",
            "The same values arrived less than {span} earlier under another frame counter.",
        ),
    },
    Test.COUNTER: {
        Flag.GOOD: Said("{value} est possible pour un compteur.", "{value} is possible for a counter."),
        Flag.SUSPECT: Said("{value} est peu plausible depuis {before}.", "{value} is hardly plausible after {before}."),
        Flag.FAIL: Said(
            "{value} est impossible (avant : {before}) : un compte est un nombre positif, et {capacity} par heure au "
            "plus.",
            "{value} is impossible (before: {before}): a count is a positive number, at most {capacity} per hour.",
        ),
    },
    Test.GAP: {
        Flag.GOOD: Said("Rien ne manque juste avant.", "Nothing is missing just before."),
        Flag.SUSPECT: Said(
            "La série était interrompue depuis {elapsed} (avant : {before}) ; la valeur n'en est pas moins bonne.",
            "The series had been interrupted for {elapsed} (before: {before}); the value is as good.",
        ),
    },
    Test.HUMAN: {
        Flag.GOOD: Said("Validée par {by} : {why}.", "Validated by {by}: {why}."),
        Flag.FAIL: Said("Rejetée par {by} : {why}.", "Rejected by {by}: {why}."),
    },
    Test.SERVICE: {
        Flag.SUSPECT: Said(
            "Une intervention était en cours ({intervention}), {period}.",
            "An intervention was under way ({intervention}), {period}.",
        ),
    },
}


def sentence(test: Test, flag: Flag) -> Said:
    """The sentence of a test that gave a flag.

    >>> sentence(Test.CLOCK, Flag.GOOD).en
    "The sensor's time is plausible."
    """
    return SENTENCES[test].get(flag) or (FLAGS[flag] if flag is Flag.MISSING else _NOT_ENOUGH)
