"""The CSV files, read back by a CSV reader and by a real spreadsheet program."""

import csv
import io
import json
import shutil
import subprocess
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from real_parts import require_part

from vigie.serving.alert_export import MACHINE, PROFILES, SPREADSHEET, write_csv
from vigie.serving.csv_table import FORMULA_STARTS
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
    write_csv(events, out, profile=profile, zone=zone)
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
    assert row["faits"] == "Période d'envoi déclarée : 15\u00a0min | Modèle : em300-th"
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
    assert written([], "normalise").strip().split(",") == list(MACHINE)


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
        write_csv((event(revision=n) for n in count()), Disk(newline=""), profile="normalise", zone="UTC")


def test_column_names_are_those_of_a_data_set():
    for profile in PROFILES.values():
        for name in profile.columns:
            assert name.isidentifier()
            assert name == name.lower()


def test_what_a_spreadsheet_could_take_for_a_formula():
    """After OWASP's list: signs, control characters, and their full-width forms."""
    assert {"=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"} <= set(FORMULA_STARTS)


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
    "motif": ("string", "silence"),
    "auteur": ("string", "système"),
    "faits": ("string", "Période d'envoi déclarée : 15\u00a0min | Modèle : em300-th"),
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
    assert list(first) == list(SPREADSHEET)
    assert second["delai_decision_s"] == ("float", "1.5")
