"""The CSV files, read back by a CSV reader and by a real spreadsheet program."""

import csv
import io
import json
import shutil
import subprocess
from itertools import count

import pytest
from real_parts import require_part

from vigie.serving.alert_export import MACHINE, PROFILES, SPREADSHEET, write_csv
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
    assert row["decalage_utc"] == "+02:00"
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
    assert (one["decalage_utc"], two["decalage_utc"]) == ("+02:00", "+01:00")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_words_of_others_are_never_formulas(start):
    nasty = f"{start}HYPERLINK(1)"
    explanation = Explanation(sentence_fr=nasty, sentence_en=nasty, fields={nasty: nasty})
    bad = event(alarm_key=f"{nasty}:{nasty}:{nasty}", author=nasty, reason=nasty, explanation=explanation)
    (row,) = rows(written([bad], "tableur"), ";")
    ours = {"decalage_utc", "delai_decision_s"}
    for name, cell in row.items():
        assert name in ours or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), name
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


@pytest.mark.parts
def test_a_french_spreadsheet_takes_dates_for_dates_and_ids_for_words(tmp_path):
    office = shutil.which("soffice")
    require_part("LibreOffice", office is not None, "no program soffice (package libreoffice-calc)")
    assert office is not None
    file = tmp_path / "alertes.csv"
    file.write_text(written([event(), event(decided_at=NOON + 12_500)], "tableur"), encoding="utf-8", newline="")
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            # Separator ;, quote ", UTF-8, from line 1, columns as found, language French (1036).
            "--infilter=CSV:59,34,76,1,,1036,false,false",
            "--convert-to",
            "fods",
            "--outdir",
            str(tmp_path),
            str(file),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    sheet = (tmp_path / "alertes.fods").read_text(encoding="utf-8")
    assert 'office:value-type="date" office:date-value="2026-03-29"' in sheet
    assert 'office:value-type="float" office:value="12.5"' in sheet
    assert "<text:p>alerte-12345678901234567890123456789012</text:p>" in sheet
    assert "<text:p>2026-03-29T12:05:30Z</text:p>" in sheet
    assert "déclenchée" in sheet
    assert next(iter(SPREADSHEET)) in sheet
