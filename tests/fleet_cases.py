"""Statements over the city that cannot be, that are odd, and that are fine though they look odd; with sentences."""

from stated_city import A1, A3, device, one, placement, point

from vigie.topics.fleet.stated import Stated

MARCH, APRIL = "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"
DAYS_AHEAD = "2026-06-04T00:00:00Z"
SQUARE = [[5.3, 43.25], [5.45, 43.25], [5.45, 43.4], [5.3, 43.4]]


def intervention(**other) -> Stated:
    values = {"point": "P1", "state": "done", "type": "curative", "started_at": MARCH, "ended_at": APRIL}
    return one("intervention", "I1", **{name: value for name, value in (values | other).items() if value})


def conversion(**other) -> Stated:
    return one("conversion", "C1", **({"property": "air_temperature"} | other))


def setting(id_: str = "S1", **other) -> Stated:
    values = {"point": "P1", "property": "air_temperature", "test": "gross_range", "parameters": {"fail_max": 50.0}}
    return one("quality_setting", id_, **(values | other))


def verdict(**other) -> Stated:
    values = {"point": "P1", "start_at": MARCH, "end_at": APRIL, "verdict": "rejected", "reason": "essai",
              "by": "technicien"}  # fmt: skip
    return one("qualification", "Q1", **(values | other))


def comparison(**other) -> Stated:
    values = {"point": "P1", "property": "air_temperature", "method": "reference_instrument", "instrument": "PT100"}
    return one("comparison", "K1", MARCH, APRIL, **(values | other))


def indicator(id_: str = "amplitude", **other) -> Stated:
    return one("indicator", id_, **({"name": "N", "definition": "D", "owner": "technicien"} | other))


def mailing_list(**other) -> Stated:
    return one("mailing_list", "L1", **({"name": "Eau", "roles": ["technician"]} | other))


def compared(start: str, end: str) -> Stated:
    return one("comparison_value", "V1", comparison="K1", start_at=start, end_at=end, value=20.0)


SEVERE = {
    "sending times that are none": (
        [point("P1", schedule="le matin")], "schedule", "les heures d'envoi 'le matin' ne sont pas comprises",
        "cannot be understood: expected `06:00`",
    ),
    "an object twice at a time": (
        [placement("P1/1", "D1", "P1", MARCH), placement("P1/1", "D1", "P1")], "valid_from",
        "placement P1/1 : est dit deux fois pour le même temps (depuis le 01/03/2026 à 01:00)", "is stated twice",
    ),
    "an end before the beginning": ([placement("P1/1", "D1", "P1", APRIL, MARCH)], "valid_to",
        "la fin doit venir", "end"),
    "before 2000": ([placement("P1/1", "D1", "P1", "1926-01-01T00:00:00Z")], "valid_from", "avant l'an 2000", "2000"),
    "a device at two places": (
        [placement("X", "D1", "P2", MARCH, APRIL)], "device",
        "le capteur D1 est aussi posé au point P1 (P1/1) du 01/03/2026 à 01:00 au 01/04/2026 à 02:00", "D1 is also",
    ),
    "two devices at a point": (
        [placement("X", "D2", "P1", "2026-05-02T00:00:00Z")], "point",
        "le point P1 a déjà le capteur D1 (P1/1) pour air_temperature, relative_humidity depuis le",
            "P1 has the device",
    ),
    "a point that does not exist": (
        [placement("P1/1", "D1", "P11")], "point", "renvoie à point P11, qui n'existe pas : vouliez-vous dire P1 ?",
        "refers to point P11, which does not exist: did you mean P1?",
    ),
    "a placement outside of its point's life": (
        [one("point", "P1", MARCH, **point("P1").attributes)], "point",
        "renvoie à point P1, qui ne vaut pas du 01/01/2026 à 01:00 au 01/03/2026 à 01:00", "which does not hold",
    ),
    "a placement outside of its device's life": (
        [one("device", "D1", None, MARCH, **device("D1", A1).attributes)], "device",
        "renvoie à device D1, qui ne vaut pas depuis le 01/03/2026", "which does not hold",
    ),
    "a verdict before the point was": (
        [one("point", "P2", "2026-05-01T00:00:00Z", **point("P2", latitude=43.31).attributes),
         placement("P2/1", "D2", "P2", "2026-05-01T00:00:00Z"), verdict(point="P2")], "point",
        "renvoie à point P2, qui ne vaut pas du 01/03/2026", "which does not hold",
    ),
    "a point without commune": ([point("P1", commune="")], "commune", "le champ `commune` (Commune) manque", "missing"),
    "coordinates swapped": (
        [point("P1", latitude=5.37, longitude=43.3)], "latitude",
        "latitude 5.37 et longitude 43.3 sont interverties", "are swapped",
    ),
    "coordinates at zero": ([point("P1", latitude=0, longitude=0)], "latitude", "golfe de Guinée", "Gulf of Guinea"),
    "in another commune": (
        [point("P1", latitude=43.53, longitude=5.45)], "latitude",
        "est à 27 km du centre de Marseille (13055), qui s'étend sur 20 km ; il est près de Aix-en-Provence (13001)",
        "it is near Aix-en-Provence",
    ),
    "in the sea": (
        [one("commune", "13055", name="Marseille", latitude=43.2965, longitude=5.3698, radius_km=20.0, outline=SQUARE),
         point("P1", latitude=43.26, longitude=5.29)], "latitude", "en mer, ou dans une autre commune", "in the sea",
    ),
    "an outline the wrong way round": (
        [one("commune", "13055", name="M", latitude=43.2965, longitude=5.3698, radius_km=20.0,
             outline=[[y, x] for x, y in SQUARE])], "outline", "écrivez longitude:latitude", "write longitude:latitude",
    ),
    "an outline of two corners": (
        [one("commune", "13001", name="A", latitude=43.5297, longitude=5.4474, radius_km=12.0, outline=SQUARE[:2])],
        "outline", "au moins trois sommets", "three corners",
    ),
    "a circle of zones": (
        [one("zone", "Z0", name="Tout", role="other", parent="Z1")], "parent", "s'englobent en rond : Z0 → Z1 → Z0",
        "in a circle: Z0 → Z1 → Z0",
    ),
    "a zone within itself": (
        [one("zone", "Z0", name="Tout", role="other", parent="Z0")], "parent", "en rond : Z0 → Z0", "Z0 → Z0",
    ),
    "a code twice": ([point("P2", code="P1", latitude=43.31)], "code",
        "le code P1 est aussi celui du point P1", "code P1"),
    "an address twice": ([device("D2", A1)], "addresses", f"l'adresse {A1} est aussi celle du capteur D1",
        "also that of"),
    "an address in another form": (
        [device("D2", "24E1240000000002")], "addresses", "attendu eui: et 16 chiffres", "expected eui:",
    ),
    "a placement that ends in the future": (
        [placement("P1/1", "D1", "P1", MARCH, DAYS_AHEAD)], "valid_to", "`valid_to` est dans l'avenir", "in the future",
    ),
    "an intervention that ends in the future": (
        [intervention(ended_at=DAYS_AHEAD)], "ended_at", "`ended_at` est dans l'avenir", "in the future",
    ),
    "a verdict on what is to come": ([verdict(end_at=DAYS_AHEAD)], "end_at", "`end_at` est dans l'avenir", "future"),
    "an instant before 2000": ([verdict(start_at="1999-03-01T00:00:00Z")], "start_at", "avant l'an 2000",
        "before 2000"),
    "done without an end": ([intervention(ended_at=None)], "ended_at", "« faite » a besoin de `ended_at`", "needs"),
    "under way and ended": ([intervention(state="under_way")], "ended_at", "pas encore de `ended_at`", "yet"),
    "ended before it began": (
        [intervention(started_at=APRIL, ended_at=MARCH)], "ended_at", "vient avant `started_at`", "comes before",
    ),
    "accepted without an answer": (
        [intervention(state="accepted", asked_of="metropole", started_at=None, ended_at=None)], "answered_at",
        "a besoin de `answered_at`", "needs `answered_at`",
    ),
    "full above empty": (
        [placement("P1/1", "D1", "P1", empty_mm=100, full_mm=1900)], "empty_mm",
         "doit dépasser la distance à plein", "above",
    ),
    "full without empty": ([placement("P1/1", "D1", "P1", full_mm=60)], "empty_mm", "vont ensemble", "go together"),
    "a channel in words": ([placement("P1/1", "D1", "P1", channels=["nord"])], "channels", "voie « nord »", "channel"),
    "linear without numbers": ([conversion(method="linear")], "factor",
        "besoin d'un facteur ou d'un décalage", "factor"),
    "a table that falls": (
        [conversion(method="table", table=[[1, 2], [1, 3]])], "table", "doivent croître : 1 suit 1", "has to rise",
    ),
    "a table of one line": ([conversion(method="table", table=[[1, 2]])], "table", "au moins deux lignes", "two lines"),
    "two conversions of the same": (
        [conversion(method="linear", factor=2), one("conversion", "C2", property="air_temperature",
         method="linear", offset=1),
         placement("P1/1", "D1", "P1", conversions=["C1", "C2"])], "conversions", "prennent les mêmes valeurs", "same",
    ),
    "an unknown property": (
        [point("P1", properties=[{"property": "air_temperatur"}])], "properties",
        "« air_temperatur » n'est pas au catalogue : vouliez-vous dire air_temperature ?", "not in the catalogue",
    ),
    "a series twice": (
        [point("P1", properties=[{"property": "air_temperature"}, {"property": "air_temperature", "channel": 0}])],
        "properties", "est donnée deux fois", "given twice",
    ),
    "an unknown test": (
        [setting(test="gros_range")], "test",
         "le test « gros_range » n'existe pas : vouliez-vous dire gross_range ?", "no test",
    ),
    "an unknown parameter": ([setting(parameters={"maximum": 3.0})], "parameters",
        "le test gross_range n'a pas de paramètre maximum", "no parameter"),
    "two settings of the same": ([setting(), setting("S2")], "test", "S1 dit déjà ce test", "already"),
    "a verdict that ends before it begins": ([verdict(start_at=APRIL, end_at=MARCH)], "end_at",
        "la fin doit venir", "end"),
    "a value outside of its campaign": (
        [comparison(), compared("2026-02-01T00:00:00Z", "2026-02-01T01:00:00Z")], "start_at",
        "est hors de la campagne K1", "outside of the campaign K1",
    ),
    "a quota of nothing": (
        [one("network", "N", party="metropole", bearer="lora", quota_uplinks_per_day=0, agreement="C")],
        "quota_uplinks_per_day", "interdit tout message", "forbids every message",
    ),
    "less than a byte a message": (
        [one("network", "N", party="metropole", bearer="lora",
         quota_uplinks_per_day=10, quota_bytes_per_day=5, agreement="C")],
        "quota_bytes_per_day", "moins d'un octet", "less than a byte",
    ),
    "an unknown field": ([point("P1", latitud=3)], "latitud", "vouliez-vous dire `latitude` ?", "did you mean"),
    "a number beyond its bounds": ([point("P1", latitude=430)], "latitude", "attendu un nombre de -90 à 90 °",
        "-90 to 90"),
    "a number that is none": ([point("P1", altitude_m=float("nan"))], "altitude_m", "attendu un nombre", "a number"),
    "a choice that is none": ([point("P1", use_case="chaleur")], "use_case", "attendu un de waste", "one of waste"),
    "a text with NUL": ([point("P1", name="a\x00b")], "name", "attendu un texte", "a text"),
    "an id with a blank": ([point("P 3")], "id", "sans espace ni : ,", "without blanks"),
    "an id that a file cannot have": ([device("eui:1", A3)], "id", "attendu 1 à 100", "expected 1 to 100"),
    "an expression with an unknown property": (
        [indicator(expression="max(air_temperatur) - 3", unit="°C")], "expression",
        "expression (caractère 5) : grandeur inconnue « air_temperatur » : vouliez-vous dire air_temperature ?",
        "did you mean air_temperature?",
    ),
    "an expression of another unit": (
        [indicator(expression="max(air_temperature) - min(air_temperature)", unit="%")], "unit",
        "l'expression donne °C, et l'unité dit %", "gives °C, and the unit says %",
    ),
    "an unknown base": (
        [indicator(base="noise_everything")], "base", "indicateur de la plateforme inconnu « noise_everything »",
        "unknown indicator of the platform",
    ),
    "an unknown window": (
        [indicator(properties=["air_temperature"], windows=["2h"])], "windows", "fenêtre inconnue « 2h »", "'2h'",
    ),
    "windows of an unknown property": (
        [indicator(properties=["temprature"], windows=["30m"])], "properties", "grandeur inconnue « temprature »",
        "unknown property",
    ),
    "properties without windows": (
        [indicator(properties=["air_temperature"])], "windows", "aucune fenêtre demandée", "no window",
    ),
    "an indicator named like a property": (
        [indicator("laeq", expression="max(laeq)", unit="dB(A)")], "", "ne porte pas le nom d'une grandeur", "property",
    ),
    "a list of an unknown role": (
        [mailing_list(roles=["technicians"])], "roles", "`technicians` n'est pas connu", "not known",
    ),
    "a list of an unknown kind": ([mailing_list(kinds=["silences"])], "kinds", "Possibles : silence", "silence"),
    "a list of an unknown use case": ([mailing_list(use_cases=["eau"])], "use_cases", "`eau`", "`eau`"),
    "quiet hours that nobody can read": (
        [mailing_list(quiet_from="22h", quiet_to="07:00")], "quiet_from", "« 22h » n'est pas une heure", "22:00",
    ),
    "quiet hours without an end": (
        [mailing_list(quiet_from="22:00")], "quiet_to", "un début et d'une fin", "a beginning and an end",
    ),
    "a list of nobody": ([mailing_list(roles=[])], "contacts", "aucun destinataire", "no recipient"),
}  # fmt: skip


ODD = {
    "sending times that the upload period contradicts": (
        [point("P1", schedule="06:00")], "upload_s", "mais les heures '06:00' en font un toutes les 86400 s",
    ),
    "planned": ([placement("P1/1", "D1", "P1", DAYS_AHEAD)], "valid_from", "dans l'avenir : c'est prévu ?"),
    "an intervention that is planned": (
        [intervention(state="under_way", started_at=DAYS_AHEAD, ended_at=None)], "started_at", "c'est prévu ?",
    ),
    "begun before the answer": (
        [intervention(answered_at="2026-03-15T00:00:00Z")], "started_at", "vient avant `answered_at`",
    ),
    "nobody gives it": ([point("P1", properties=[{"property": "laeq"}])], "properties", "ne donne laeq"),
    "a step longer than the upload": ([point("P1", upload_s=60)], "upload_s", "un envoi sans mesure ?"),
    "placed after its life": ([device("D1", A1, end_of_life="2026-02-01")], "device",
        "fin de vie depuis le 2026-02-01"),
    "compared with what is not measured": ([comparison(property="laeq")], "property", "P1 ne mesure pas laeq"),
    "a quota without agreement": (
        [one("network", "N", party="metropole", bearer="lora", quota_uplinks_per_day=1000)], "agreement", "convention",
    ),
    "an indicator of a point that does not measure it": (
        [indicator(expression="max(laeq)", unit="dB(A)", points=["P1"])], "points", "le point P1 ne mesure pas laeq",
    ),
    "an indicator that nobody will have": (
        [indicator(expression="max(laeq)", unit="dB(A)", use_case="noise")], "use_case", "aucun point concerné",
    ),
    "a window shorter than the step": (
        [indicator(expression="max(air_temperature)", unit="°C", points=["P3"], windows=["15m"]),
         point("P3", step_s=3600)], "windows", "la fenêtre 15m est plus courte que le pas",
    ),
    "an indicator of nothing": ([indicator()], "expression", "rien à calculer"),
    "an expression beside properties": (
        [indicator(expression="max(laeq)", unit="dB(A)", properties=["laeq"])], "properties",
        "laissez `properties` vide",
    ),
    "a list of a role that nobody has": (
        [mailing_list(roles=["technician", "crisis_cell"])], "roles", "aucun contact n'a le rôle `crisis_cell`",
    ),
    "a list of a contact without an address": (
        [mailing_list(contacts=["maire"], roles=[]), one("contact", "maire", party="metropole", role="partner")],
        "contacts", "maire n'a pas d'adresse",
    ),
}  # fmt: skip


FINE = {
    "sending times": [point("P1", schedule="mon,thu 06:00", upload_s=302_400), point("P2", schedule="irregular")],
    "channels of one device at two points": [
        placement("P1/1", "D1", "P1", channels=["1"]), placement("P2/2", "D1", "P2", "2026-05-02T00:00:00Z",
            channels=["2"]),
    ],
    "two devices that give different series of a point": [
        one("model", "SON", maker="M", properties=["laeq"]), device("D3", "imei:123456789012345", model="SON"),
        point("P1", properties=[{"property": "air_temperature"}, {"property": "laeq"}]), placement("P1/2", "D3", "P1"),
    ],
    "a device that goes to another point at once": [
        placement("P1/1", "D1", "P1", MARCH, APRIL), placement("P2/1", "D1", "P2", APRIL),
    ],
    "an address and a code that change hands": [
        one("device", "D1", None, "2026-05-10T00:00:00Z", **device("D1", A1).attributes),
        placement("P1/1", "D1", "P1", MARCH, "2026-05-10T00:00:00Z"),
        one("device", "D3", "2026-05-10T00:00:00Z", **device("D3", A1).attributes),
    ],
    "zones that enclose each other one after the other": [
        one("zone", "Z0", None, MARCH, name="Tout", role="other"),
        one("zone", "Z0", MARCH, name="Tout", role="other", parent="Z1"),
        one("zone", "Z1", None, MARCH, name="Projet", role="project", parent="Z0"),
        one("zone", "Z1", MARCH, name="Projet", role="project"),
    ],
    "a rule that holds always over a point of this year": [
        one("point", "P3", MARCH, **point("P3").attributes),
        one("rule", "R", name="r", definition="d", points=["P3"], owner="technicien", base="baseline"),
    ],
    "an intervention of an instant": [intervention(started_at=MARCH, ended_at=MARCH)],
    "a table that rises, and a converted level": [
        conversion(method="table", table=[[0, 1], [5, 2.5]]), placement("P1/1", "D1", "P1", conversions=["C1"]),
    ],
    "a distance that becomes a fill": [
        one("model", "US", maker="M", properties=["distance"]), device("D1", A1, model="US"),
        point("P1", use_case="waste", properties=[{"property": "fill"}]),
        placement("P1/1", "D1", "P1", empty_mm=1900, full_mm=100),
    ],
    "an expression": [
        indicator(expression="max(air_temperature) - min(air_temperature)", unit="°C", points=["P1"], windows=["1d"])
    ],
    "windows that are asked for": [indicator(properties=["air_temperature"], windows=["30m", "r24h"], zones=["Z1"])],
    "a list with quiet hours over midnight": [
        mailing_list(quiet_from="22:00", quiet_to="07:00", kinds=["silence", "value"], use_cases=["river"]),
    ],
}  # fmt: skip
