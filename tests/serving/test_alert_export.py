"""The CSV files, read back by a CSV reader and by a real spreadsheet program."""

import csv
import io
import json
import shutil
import subprocess
from datetime import datetime
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import pytest
from openpyxl import load_workbook
from real_parts import require_part

from vigie.serving.alert_export import Export, about, chosen, write_file, write_text
from vigie.serving.alert_tables import ALERTS, TRANSITIONS
from vigie.serving.csv_table import FORMULA_STARTS
from vigie.serving.typed_table import csv_profiles
from vigie.serving.wording import utc_text
from vigie.streams.core.alarm.story import by_alert
from vigie.streams.core.alarm.wanted import Wanted
from vigie.topics.alert_event import AlertEvent, Explanation

NOON = 1_774_785_930_000  # 2026-03-29T12:05:30Z, 14:05:30 in Marseille, the day summer time began


def event(**changes) -> AlertEvent:
    fields = {
        "event_id": "e" * 32,
        "alert_id": "12345678901234567890123456789012",
        "incident_id": "1234567890123e45" * 2,
        "alarm_key": "silence:eui:24e124136b000001:no_arrival",
        "revision": 0,
        "transition": "raised",
        "state": "unacknowledged",
        "priority": 3,
        "event_at": NOON,
        "arrival_at": NOON - 3_600_000,
        "decided_at": NOON + 1_500,
        "author": "system",
        "reason": "silence",
        "explanation": Explanation(
            sentence_fr="Le capteur « Quai d'Arenc » se tait depuis 45 min ; son pas est de 15 min.",
            sentence_en="The sensor says nothing.",
            fields={"period_s": "900", "model": "em300-th"},
        ),
        "generation": 1,
    }
    return AlertEvent(**(fields | changes))


def written(events, profile: str, zone: str = "Europe/Paris") -> str:
    out = io.StringIO(newline="")
    write_text(events, out, "csv", Export(profile=profile, zone=zone))
    return out.getvalue()


def rows(text: str, delimiter: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter))


def test_spreadsheet_profile():
    text = written([event()], "tableur")
    assert text.encode().startswith(b"\xef\xbb\xbf")
    assert text.count("\r\n") == 2
    assert text.count("\n") == 2
    (row,) = rows(text, ";")
    assert row["date"] == "2026-03-29"
    assert row["heure"] == "14:05:30"
    assert row["date_heure"] == "2026-03-29 14:05:30"
    assert row["decalage_utc"] == "UTC+02:00"
    assert row["delai_decision_s"] == "1,5"
    assert row["objet"] == "eui:24e124136b000001"
    assert (row["categorie"], row["regle"]) == ("silence", "no_arrival")
    assert (row["transition"], row["etat"], row["priorite"]) == ("déclenchée", "non acquittée", "moyenne")
    assert row["phrase"] == event().explanation.sentence_fr
    assert row["faits"] == "Modèle : em300-th | Période d'envoi déclarée : 15\u00a0min"
    assert (row["motif"], row["auteur"]) == ("silence", "système")
    assert list(row)[-1] == "horodatage_utc"
    assert row["horodatage_utc"] == "2026-03-29T12:05:30Z"


def test_the_two_half_past_two_of_october_are_told_apart():
    first, second = 1_792_888_200_000, 1_792_891_800_000
    one, two = rows(written([event(event_at=first), event(event_at=second)], "tableur"), ";")
    assert one["date_heure"] == two["date_heure"] == "2026-10-25 02:30:00"
    assert (one["decalage_utc"], two["decalage_utc"]) == ("UTC+02:00", "UTC+01:00")


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_words_of_others_are_never_formulas(start):
    nasty = f"{start}HYPERLINK(1)"
    explanation = Explanation(sentence_fr=nasty, sentence_en=nasty, fields={nasty: nasty})
    bad = event(alarm_key=f"{nasty}:{nasty}:{nasty}", author=nasty, reason=nasty, explanation=explanation)
    (row,) = rows(written([bad], "tableur"), ";")
    for name, cell in row.items():
        assert name == "delai_decision_s" or not cell.startswith(FORMULA_STARTS), name
    assert row["auteur"] == "'" + nasty


def test_normalised_profile_is_the_record():
    text = written([event()], "normalise", "Pacific/Auckland")
    assert not text.startswith("\ufeff")
    assert "\r" not in text
    (row,) = rows(text, ",")
    assert set(AlertEvent.__struct_fields__) - {"explanation"} < set(row)
    assert row["event_at"] == "2026-03-29T12:05:30Z"
    assert row["decided_at"] == "2026-03-29T12:05:31.500Z"
    assert json.loads(row["fields"]) == event().explanation.fields
    again = event(
        **{name: row[name] for name in ("event_id", "alert_id", "incident_id", "alarm_key", "author", "reason")}
    )
    assert again == event()


def test_separators_quotes_and_line_ends_in_a_sentence_come_back():
    explanation = Explanation(sentence_fr='a;b,c "d"\ne', sentence_en="", fields={})
    for profile, delimiter in (("tableur", ";"), ("normalise", ",")):
        (row,) = rows(written([event(explanation=explanation)], profile), delimiter)
        assert 'a;b,c "d"\ne' in row.values()


def test_nothing_to_export_is_a_header_alone():
    assert rows(written([], "tableur"), ";") == []
    assert written([], "normalise").strip().split(",") == [one.name for one in TRANSITIONS.for_programs()]


def test_events_are_written_as_they_come():
    """An endless source would never end if the events were gathered first."""

    class FullError(Exception):
        pass

    class Disk(io.StringIO):
        def write(self, text: str) -> int:
            if self.tell() > 100_000:
                raise FullError
            return super().write(text)

    with pytest.raises(FullError):
        write_text(
            (event(revision=n) for n in count()), Disk(newline=""), "csv", Export(profile="normalise", zone="UTC")
        )


def test_column_names_are_those_of_a_data_set():
    for table in (TRANSITIONS, ALERTS):
        for profile in csv_profiles(table, "Europe/Paris").values():
            for name in profile.columns:
                assert name.isidentifier()
                assert name == name.lower()


def test_what_a_spreadsheet_could_take_for_a_formula():
    """After OWASP's list: signs, control characters, and their full-width forms."""
    assert {"=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"} <= set(FORMULA_STARTS)


def life(alert: str, *, raised_at: int = NOON, cleared: bool = True, **changes) -> list[AlertEvent]:
    """An alert that was raised, acknowledged, judged and (perhaps) cleared, and one command that was refused."""
    steps = [("raised", "unacknowledged", {}), ("acknowledged", "acknowledged", {}), ("refused", "acknowledged", {}),
             ("judged", "acknowledged", {"verdict": "true"}), ("cleared", "normal", {})]  # fmt: skip
    return [
        event(
            event_id=f"{alert}{revision}", alert_id=alert * 32, incident_id=alert * 32, revision=revision,
            transition=transition, state=state, event_at=raised_at + revision * 60_000, raised_at=raised_at,
            decided_at=raised_at + revision * 60_000, author="=p-17" if revision else "system",
            mail="incident" if transition == "raised" else "",
            explanation=Explanation(sentence_fr="=1+1 Rivière", sentence_en="River", fields=fields), **changes,
        )
        for revision, (transition, state, fields) in enumerate(steps[: None if cleared else -1])
    ]  # fmt: skip


RIVER = life("a", use_case="river", commune="01004", point="1E5", device="eui:a1", children=("b",), level=2)
NOISE = life("b", raised_at=NOON + 3_600_000, cleared=False, use_case="noise", commune="13055", point="SON-1")


@pytest.mark.parametrize(("asked", "found"), [
    ({}, "ab"), ({"use_cases": ("river",)}, "a"), ({"communes": ("13055",)}, "b"), ({"points": ("1E5",)}, "a"),
    ({"kinds": ("silence",)}, "ab"), ({"kinds": ("value",)}, ""), ({"states": ("open",)}, "b"),
    ({"states": ("closed", "acknowledged")}, "ab"), ({"from_at": NOON + 1}, "b"), ({"to_at": NOON + 1}, "a"),
    ({"priority": 2}, ""), ({"rules": ("no_arrival",)}, "ab"), ({"devices": ("eui:a1",)}, "a"),
])  # fmt: skip
def test_only_what_is_asked_for(asked, found):
    stories = chosen([*RIVER, *NOISE], Wanted(**asked), "alert")
    assert "".join(one.first.alert_id[0] for one in stories) == found


def test_the_topic_alone_gives_the_same_lines_as_the_archive():
    """On the topic, transitions of several alerts stand mixed, and a record may stand twice."""
    topic = [NOISE[0], *RIVER[:3], NOISE[0], NOISE[1], RIVER[3], *NOISE[2:], RIVER[4], RIVER[4]]
    for per in ("alert", "transition"):
        assert list(chosen(by_alert(topic), Wanted(), per)) == list(chosen([*RIVER, *NOISE], Wanted(), per))


def test_facts_stand_in_one_order_wherever_they_come_from():
    """The store gives them in an order of its own."""
    facts = {"value": "2.31", "unit": "m", "device": "d1", "zulu": "1", "alpha": "2"}
    texts = [
        written([event(explanation=Explanation(sentence_fr="x", sentence_en="x", fields=dict(found)))], profile)
        for found in (list(facts.items()), list(facts.items())[::-1])
        for profile in ("tableur", "normalise")
    ]
    assert texts[:2] == texts[2:]


def test_a_line_for_each_alert_says_what_became_of_it():
    out = io.StringIO(newline="")
    assert write_text(chosen([*RIVER, *NOISE], Wanted(), "alert"), out, "csv", Export(per="alert")) == 2
    closed, still_open = rows(out.getvalue(), ";")
    assert (closed["declenchee_le"], closed["fermee_le"]) == ("2026-03-29 14:05:30", "2026-03-29 14:09:30")
    assert (closed["duree_s"], closed["acquittee_par"], closed["verdict"]) == ("240", "'=p-17", "fondée")
    assert (closed["code_insee"], closed["point"], closed["transitions"]) == ("insee-01004", "n° 1E5", "4")
    assert (still_open["fermee_le"], still_open["duree_s"], still_open["etat"]) == ("", "", "acquittée")
    assert (closed["cas_usage"], closed["courriel"], closed["alertes_expliquees"]) == ("cours d'eau", "oui", "1")


def test_a_workbook_has_real_dates_and_ids_that_stay_words(tmp_path):
    file, wanted = tmp_path / "alertes.xlsx", Wanted(use_cases=("river", "noise"))
    export = Export(per="alert", about=about(wanted, "alert", "archive", NOON, "Europe/Paris"))
    assert write_file(chosen([*RIVER, *NOISE], wanted, "alert"), file, "xlsx", export) == 2
    book = load_workbook(file)
    assert book.sheetnames == ["Alertes", "Lisez-moi"]
    header, first, _ = book["Alertes"].iter_rows()
    line = {name.value: cell for name, cell in zip(header, first, strict=True)}
    assert line["date_heure"].value == datetime(2026, 3, 29, 14, 5, 30)
    assert line["fermee_le"].is_date
    assert line["duree_s"].value == 240
    assert (line["point"].value, line["point"].data_type) == ("1E5", "s")
    assert (line["phrase"].value, line["phrase"].data_type) == ("=1+1 Rivière", "s")
    assert book["Alertes"].freeze_panes == "A2"


def test_parquet_and_json_lines_have_the_same_values_and_real_types(tmp_path):
    file, items = tmp_path / "alertes.parquet", list(chosen([*RIVER, *NOISE], Wanted(), "transition"))
    assert write_file(items, file, "parquet", Export()) == len(items)
    out = io.StringIO()
    write_text(items, out, "jsonl", Export())
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            "SELECT alert_id, epoch_ms(event_at), level, active, children, fields, shelved_until FROM read_parquet(?)",
            [str(file)],
        ).fetchall()
    for row, line, item in zip(found, lines, items, strict=True):
        assert row[:4] == (item.alert_id, item.event_at, item.level, item.active)
        assert (tuple(row[4]), row[5], row[6]) == (item.children, item.explanation.fields, None)
        assert (line["event_at"], line["commune"]) == (utc_text(item.event_at), item.commune)
    assert write_file([], file, "parquet", Export()) == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["alertes.parquet"]


TABLE, OFFICE, TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "office", "text"))


def in_libreoffice(file: Path, *, special_numbers: bool) -> list[dict[str, tuple[str, str]]]:
    """The rows below the header as LibreOffice in French reads them: column -> type of the cell, value."""
    office = shutil.which("soffice")
    require_part("LibreOffice", office is not None, "no program soffice (package libreoffice-calc)")
    assert office is not None
    # Separator ;, quote ", UTF-8, from line 1, columns as found, language French (1036), no quoted field as text.
    form = f"CSV:59,34,76,1,,1036,false,{str(special_numbers).lower()}"
    command = [office, f"-env:UserInstallation=file://{file.parent}/profile", "--headless", f"--infilter={form}"]
    command += ["--convert-to", "fods", "--outdir", str(file.parent), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    sheet = ET.parse(file.with_suffix(".fods")).getroot()
    header, *lines = [list(cells(row)) for row in sheet.iter(f"{TABLE}table-row")]
    names = [value for _, value in header if value]
    return [dict(zip(names, line, strict=False)) for line in lines if any(value for _, value in line)]


def cells(row):
    for cell in row.iter(f"{TABLE}table-cell"):
        kind = cell.get(f"{OFFICE}value-type", "")
        value = {"float": "value", "date": "date-value", "time": "time-value"}.get(kind)
        text = "".join("".join(part.itertext()) for part in cell.iter(f"{TEXT}p"))
        for _ in range(int(cell.get(f"{TABLE}number-columns-repeated", 1))):
            yield kind, cell.get(f"{OFFICE}{value}", "") if value else text


ALWAYS = {
    "date": ("date", "2026-03-29"),
    "decalage_utc": ("string", "UTC+02:00"),
    "transition": ("string", "déclenchée"),
    "etat": ("string", "non acquittée"),
    "priorite": ("string", "moyenne"),
    "phrase": ("string", event().explanation.sentence_fr),
    "categorie": ("string", "silence"),
    "objet": ("string", "eui:24e124136b000001"),
    "regle": ("string", "no_arrival"),
    "delai_decision_s": ("float", "12.5"),
    "niveau": ("float", "0"),
    **dict.fromkeys(("cas_usage", "code_insee", "point", "capteur", "reseau", "expliquee_par"), ("", "")),
    "courriel": ("string", "non"),
    "en_retard": ("string", "non"),
    "motif": ("string", "silence"),
    "auteur": ("string", "système"),
    "faits": ("string", "Modèle : em300-th | Période d'envoi déclarée : 15\u00a0min"),
    "alerte": ("string", "alerte-12345678901234567890123456789012"),
    "incident": ("string", "alerte-1234567890123e451234567890123e45"),
    "revision": ("float", "0"),
    "horodatage_utc": ("string", "2026-03-29T12:05:30Z"),
}
"""What LibreOffice makes of each column, whether or not it detects special numbers."""

TICKED = {"heure": ("time", "PT14H05M30S"), "date_heure": ("date", "2026-03-29T14:05:30")}
UNTICKED = {"heure": ("string", "14:05:30"), "date_heure": ("string", "2026-03-29 14:05:30")}


@pytest.mark.parts
@pytest.mark.parametrize(("special_numbers", "instants"), [(True, TICKED), (False, UNTICKED)])
def test_a_french_spreadsheet_takes_dates_for_dates_and_ids_for_words(tmp_path, special_numbers, instants):
    file = tmp_path / "alertes.csv"
    text = written([event(decided_at=NOON + 12_500), event(revision=1)], "tableur")
    file.write_text(text, encoding="utf-8", newline="")
    first, second = in_libreoffice(file, special_numbers=special_numbers)
    assert first == ALWAYS | instants
    assert second["delai_decision_s"] == ("float", "1.5")
