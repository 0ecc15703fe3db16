"""Alert rules over the city that cannot be, that are odd, and that are fine; with sentences."""

from stated_city import one, point

from vigie.topics.fleet.stated import Stated


def rule(id_: str = "chaud", **other) -> Stated:
    values = {"name": "N", "definition": "D", "owner": "technicien", "base": "threshold",
              "properties": ["air_temperature"], "parameters": {"level_1": 35.0}}  # fmt: skip
    return one("rule", id_, **{name: value for name, value in (values | other).items() if value is not None})


SEVERE_RULES = {
    "a rule after nothing": ([rule(base=None)], "base", "`base` manque : une règle de la plateforme parmi", "missing"),
    "a rule after one that there is none of": (
        [rule(base="treshold")], "base", "« treshold » : vouliez-vous dire threshold ?", "did you mean threshold?",
    ),
    "a rule named like the platform's": (
        [rule("threshold", base="baseline", parameters=None)], "base", "le nom d'une règle de la plateforme", "named",
    ),
    "a parameter that the rule has not": (
        [rule(parameters={"level_1": 30.0, "levl_2": 35.0})], "parameters",
        "paramètre inconnu de threshold « levl_2 » : vouliez-vous dire level_2 ?", "did you mean level_2?",
    ),
    "a parameter of the engine out of its bounds": (
        [rule(parameters={"level_1": 30.0, "on_delay": 0.0})], "parameters", "on_delay va de 1 à 96 valeurs, et non 0",
        "on_delay is 1 to 96",
    ),
    "a threshold of no direction": (
        [rule(parameters={"level_1": 30.0, "direction": 0.0})], "parameters", "direction est -1, 1, et non 0", "not 0",
    ),
    "half a direction": (
        [rule(base="rate", parameters={"level_1": 3.0, "direction": 0.5})], "parameters", "et non 0.5", "not 0.5",
    ),
    "no level": ([rule(parameters=None)], "parameters", "à partir de level_1 : aucun", "from level_1 on: none"),
    "a level left out": (
        [rule(parameters={"level_1": 30.0, "level_3": 35.0})], "parameters", "level_1, level_3 est donné", "level_3",
    ),
    "levels that fall": (
        [rule(parameters={"level_1": 35.0, "level_2": 30.0})], "parameters", "doivent monter : 35 30 (pour alerter en",
        "must rise",
    ),
    "levels below that rise": (
        [rule(parameters={"level_1": 3.0, "level_2": 5.0, "direction": -1.0})], "parameters", "doivent descendre",
        "must fall",
    ),
    "a calendar of no days": ([rule(calendar="lundredi 7:00-9:00")], "calendar", "« lundredi » n'est ni un jour",
        "no day"),
    "hours that are none": ([rule(calendar="25:00-26:00")], "calendar", "n'est pas une plage horaire", "no span"),
    "a rule of properties and indicators": (
        [rule(indicators=["heat_at_5h"])], "indicators", "pas les deux", "not both",
    ),
    "a threshold of everything": ([rule(properties=None)], "properties", "ne va que pour une grandeur", "one quantity"),
    "a property that nothing is": (
        [rule(properties=["temprature"])], "properties", "grandeur inconnue « temprature »", "'temprature'",
    ),
    "a channel that is none": ([rule(properties=["air_temperature#a"])], "properties", "un nombre entier", "whole"),
    "a property that the base does not judge": (
        [rule(base="heat_in_sun", properties=["laeq"], parameters=None)], "properties", "ne juge pas laeq",
        "does not judge laeq",
    ),
    "an indicator that nothing is": (
        [rule(properties=None, indicators=["heat_at_6h"])], "indicators", "vouliez-vous dire heat_at_5h", "heat_at_5h",
    ),
}  # fmt: skip
ODD_RULES = {
    "a rule at a point that does not measure it": (
        [rule(properties=["laeq"], points=["P1"])], "points", "le point P1 ne mesure pas laeq",
    ),
    "a threshold in another unit": (
        [rule(parameters={"level_1": 30.0, "level_2": 95.0})], "parameters",
        "level_2 = 95 °C (air_temperature) : au-delà de 42 °C, le contrôle gross_range doute de toute valeur",
    ),
    "a rule that watches nowhere": (
        [rule(properties=["laeq"], zones=["Z1"])], "zones", "la règle ne veille nulle part",
    ),
}  # fmt: skip
FINE_RULES = {
    "a threshold with a calendar": [rule(calendar="lun-ven 07:00-22:00 ; sam,dim,fériés nuit", zones=["Z0"])],
    "a threshold below": [rule(parameters={"level_1": 0.0, "level_2": -5.0, "direction": -1.0})],
    "levels of the night": [rule(parameters={"level_1": 30.0, "night_level_1": 25.0})],
    "an indicator beyond a limit": [rule(properties=None, indicators=["heat_at_5h"])],
    "what a geometry makes": [
        point("P3", use_case="waste", properties=[{"property": "distance"}]), rule(properties=["fill"], points=["P3"])
    ],
    "one of the platform's that is switched off": [rule("heat_in_sun", base=None, properties=None, parameters=None,
        state="off")],
}  # fmt: skip
