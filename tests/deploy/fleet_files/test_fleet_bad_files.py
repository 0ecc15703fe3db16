"""Files as people make them: each mistake is a sentence with its file, line and column, and the rest is still read."""

import time
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from vigie.deploy.fleet_files.places import place
from vigie.deploy.fleet_files.statement import Statement, read

PARIS = "Europe/Paris"
COMMUNE = "id;name;latitude;longitude;radius_km\n"


def found(statement: Statement) -> list[tuple[str, str]]:
    return [(place(one.origin, one.field), one.sentence_fr) for one in statement.problems]


def one_problem(statement: Statement, where: str, *words: str) -> None:
    assert [at for at, _ in found(statement)] == [where], found(statement)
    for word in words:
        assert word in found(statement)[0][1]
    assert statement.problems[0].sentence_en


def written(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_a_french_spreadsheets_csv_is_read_and_its_encoding_said_once(tmp_path: Path):
    text = "Identifiant;Nom officiel;LATITUDE DU CENTRE;Longitude du centre;Étendue depuis le centre (km)\r\n"
    text += "13014;Berre-l'Étang;43,48;5,17;10\r\n13028;La Ciotat;43,18;5,61;8,5\r\n"
    statement = read(written(tmp_path, "commune.csv", text.encode("cp1252")), PARIS)
    assert [(one.id, one.attributes["name"], one.attributes["radius_km"]) for one in statement.stated] == [
        ("13014", "Berre-l'Étang", 10.0), ("13028", "La Ciotat", 8.5),
    ]  # fmt: skip
    one_problem(statement, "commune.csv:1", "Windows-1252")
    assert not statement.refused()


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separator_and_encoding_are_found(tmp_path: Path, separator: str, encoding: str):
    rows = [["id", "name", "type"], ["etat", '"Service, ou ; de l\'État"', "state"]]
    text = "\n".join(separator.join(row) for row in rows)
    statement = read(written(tmp_path, "party.csv", text.encode(encoding)), PARIS)
    assert statement.problems == []
    assert statement.stated[0].attributes == {"name": "Service, ou ; de l'État", "type": "state"}


def test_lines_are_those_of_the_file_after_cells_of_several_lines(tmp_path: Path):
    text = COMMUNE + '13055;"Marseille\n(Bouches-du-\nRhône)";43,3;5,38;17\n\n13001;Aix;943,5;5,45;15\n'
    one_problem(
        read(written(tmp_path, "commune.csv", text), PARIS), "commune.csv:6:latitude", "943,5", "de -90 à 90 °"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "where", "word"),
    [
        ("13055;Marseille;abc;5,38;17", "commune.csv:2:latitude", "n'est pas un nombre"),
        ("13055;Marseille;1.234,5;5,38;17", "commune.csv:2:latitude", "n'est pas un nombre"),
        (";Marseille;43,3;5,38;17", "commune.csv:2:id", "pas d'identifiant"),
        ("130:55;Marseille;43,3;5,38;17", "commune.csv:2:id", "ne peut pas être un identifiant"),
        ("x" * 101 + ";Marseille;43,3;5,38;17", "commune.csv:2:id", "1 à 100 caractères"),
        ("13055;Marseille;43,3;5,38;17;18", "commune.csv:2", "6 cellules pour 5 colonnes"),
        ('13055;"Marseille;43,3;5,38;17', "commune.csv:2", "n'est pas fermé"),
        ('13055;"Mar"seille;43,3;5,38;17', "commune.csv:2", "doublez-le"),
        ("13055;Mar\x07seille;43,3;5,38;17", "commune.csv:2:name", "caractères de commande"),
    ],
)
def test_a_bad_row_of_a_csv(tmp_path: Path, row: str, where: str, word: str):
    text = COMMUNE + row + "\n"
    one_problem(read(written(tmp_path, "commune.csv", text), PARIS), where, word)


def test_a_decimal_comma_in_a_file_of_commas_is_told(tmp_path: Path):
    text = COMMUNE.replace(";", ",") + "13055,Marseille,43,3,5,38,17\n"
    one_problem(read(written(tmp_path, "commune.csv", text), PARIS), "commune.csv:2", "virgule décimale")


def test_swapped_columns_and_wrong_dates_name_their_cells(tmp_path: Path):
    text = "id;point;device;du;au\nP/1;TEM-1;capteur-1;31/02/2026;2026-03-29 02:30\n"
    text += "P/2;TEM 1;capteur-2;25/10/2026 02:30;\n"
    statement = read(written(tmp_path, "placement.csv", text), PARIS)
    assert [at for at, _ in found(statement)] == [
        "placement.csv:2:du", "placement.csv:2:au", "placement.csv:3:point", "placement.csv:3:du",
    ]  # fmt: skip
    sentences = [said for _, said in found(statement)]
    assert "n'existe pas au calendrier" in sentences[0]
    assert "saute cette heure" in sentences[1]
    assert "écrivez 2026-10-25 02:30+0200 ou 2026-10-25 02:30+0100" in sentences[3]
    swapped = "id;use_case;code\n1;TEM-13055-01;chaleur\n"
    one_problem(read(written(tmp_path, "point.csv", swapped), PARIS), "point.csv:2:use_case", "n'est pas un choix")


@pytest.mark.parametrize(
    ("heading", "where", "word"),
    [
        ("id;name;lattitude", "commune.csv:1:lattitude", "est-ce « latitude »"),
        ("id;name;Nom officiel", "commune.csv:1:Nom officiel", "sont le même champ"),
        ("name;latitude", "commune.csv:1", "Aucune colonne d'identifiants"),
    ],
)
def test_a_bad_heading(tmp_path: Path, heading: str, where: str, word: str):
    one_problem(read(written(tmp_path, "commune.csv", f"{heading}\n13055;Marseille;43\n"), PARIS), where, word)


def test_a_column_without_heading_that_has_values_is_told_and_one_that_begins_with_a_hash_is_not(tmp_path: Path):
    text = "id;name;;# remarque\n13055;Marseille;perdu;gardé pour moi\n# 13001;Aix;;\n"
    statement = read(written(tmp_path, "commune.csv", text), PARIS)
    one_problem(statement, "commune.csv:2", "sans titre")
    assert [one.id for one in statement.stated] == ["13055"]


@pytest.mark.parametrize(
    ("text", "where", "word"),
    [
        ("- id: a\n  name: x\n\ttype: state\n", "party.yaml:3:1", "tabulation"),
        ("- id: a\n  name: x: y\n", "party.yaml:2:10", "deux-points"),
        ('- id: a\n  name: "x\n', "party.yaml:3:1", "guillemet"),
        ("- id: a\n  name: x\n  name: y\n", "party.yaml:3:3", "figure deux fois (déjà ligne 2)"),
        ("- id: a\n  name: x\n  nom: y\n", "party.yaml:3:3", "redit le champ name"),
        ("- id: a\n  nmae: x\n", "party.yaml:2:3", "est-ce « name »"),
        ("- id: a\n  type: stte\n", "party.yaml:2:9", "est-ce « state »"),
        ("- id: a\n  name: [x, y]\n", "party.yaml:2:9", "une liste"),
        ("- id: &a x\n  name: *a\n", "party.yaml:1:7", "Ancres"),
        ("a: &a [x, x]\nb: &b [*a, *a]\n", "party.yaml:1:4", "Ancres"),
        ("- name: sans identifiant\n", "party.yaml:1", "pas d'identifiant"),
        ("bonjour\n", "party.yaml:1:1", "liste d'objets"),
        ("- bonjour\n", "party.yaml:1:3", "n'est pas un objet"),
        ("- " * 40 + "a\n", "party.yaml:1:19", "niveaux"),
        ("? [a, b]\n: {name: x}\n", "party.yaml:1:3", "texte simple"),
        ("- id: a\n  name: x\x07\n", "party.yaml:2:10", "YAML n'admet pas"),
    ],
)
def test_a_bad_yaml_names_line_and_column(tmp_path: Path, text: str, where: str, word: str):
    one_problem(read(written(tmp_path, "party.yaml", text), PARIS), where, word)


def test_yaml_makes_no_dates_numbers_or_booleans_of_what_was_written(tmp_path: Path):
    text = (
        "'01004': {name: no, latitude: 45.9, longitude: 5, radius_km: 1e1}\n13055: [{from: 2026-03-01, name: 12:30}]\n"
    )
    statement = read(written(tmp_path, "commune.yaml", text), PARIS)
    assert statement.problems == []
    first, second = statement.stated
    assert (first.id, first.attributes["name"], first.attributes["radius_km"]) == ("01004", "no", 10.0)
    assert (second.id, second.attributes["name"], second.valid_from) == ("13055", "12:30", 1_772_319_600_000)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("point.csv", b"", "vide"),
        ("point.yaml", b"\n \n", "vide"),
        ("point.csv", bytes(range(256)) * 8, "pas un fichier texte"),
        ("point.csv", b"PK\x03\x04rest", "classeur"),
        ("point.csv", b"\x81\x8d\x8f\x90", "ni UTF-8, ni Windows-1252"),
        ("points.csv", b"id\n1\n", "est-ce « point »"),
        ("point.docx", b"x", "n'est pas une forme"),
        ("flotte.xlsx", b"", "vide"),
        ("flotte.xlsx", b"bonjour", "n'est pas un classeur"),
        ("flotte.xlsx", b"PK\x03\x04bonjour", "n'est pas un classeur"),
        ("flotte.xlsx", b"\xd0\xcf\x11\xe0bonjour", "mot de passe"),
    ],
)
def test_a_file_that_is_none_of_ours(tmp_path: Path, name: str, content: bytes, word: str):
    one_problem(read(written(tmp_path, name, content), PARIS), f"{name}:1", word)


def test_a_name_that_is_not_there_and_a_folder_without_fleet(tmp_path: Path):
    written(tmp_path, "flotte/README.md", "rien")
    one_problem(read(tmp_path / "flote", PARIS), f"{tmp_path / 'flote'}:1", "est-ce « flotte »")
    one_problem(read(tmp_path / "flotte", PARIS), "flotte:1", "aucun fichier de flotte")
    (tmp_path / "point.csv").mkdir()
    one_problem(read(tmp_path / "point.csv", PARIS), "point.csv:1", "aucun fichier de flotte")


def test_a_folder_of_any_depth_is_read_by_the_names_of_files_and_folders(tmp_path: Path):
    written(tmp_path, "party.yaml", "metropole: {name: M}\n")
    written(tmp_path, "lieux/commune-est.csv", "id;name\n1;E\n")
    written(tmp_path, "lieux/commune/ouest.yml", "'2': {name: O}\n")
    written(tmp_path, ".git/party.yaml", "non: {name: N}\n")
    written(tmp_path, "~$party.csv", "x")
    written(tmp_path, "lieux/ecole.yaml", "x: {name: X}\n")
    written(tmp_path, "flotte.xlsx", "x")
    statement = read(tmp_path, PARIS)
    assert [one.key for one in statement.stated] == [("party", "metropole"), ("commune", "1"), ("commune", "2")]
    assert [(at, one.severe) for (at, _), one in zip(found(statement), statement.problems, strict=True)] == [
        ("flotte.xlsx:1", False), ("lieux/ecole.yaml:1", True),
    ]  # fmt: skip


def workbook(folder: Path, **sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / "flotte.xlsx")
    return folder / "flotte.xlsx"


def test_a_formula_that_nothing_calculated_and_one_that_fails_name_their_cells(tmp_path: Path):
    file = workbook(tmp_path, Communes=[["Identifiant", "Nom officiel"], ["13055", '=A2&"!"'], ["#REF!", "Aix"]])
    statement = read(file, PARIS)
    assert [at for at, _ in found(statement)] == ["flotte.xlsx:Communes!B2", "flotte.xlsx:Communes!A3"]
    assert "pas de valeur enregistrée" in found(statement)[0][1]
    assert "échoue (#REF!)" in found(statement)[1][1]


def test_titles_merged_cells_and_empty_rows_of_a_sheet_are_passed_over(tmp_path: Path):
    rows = [["Nos communes"], [], ["id", "name", "latitude"], [], [13055, "Marseille", 43.3], [13001.0, "Aix", 943.5]]
    file = workbook(tmp_path, commune=rows)
    book = load_workbook(file)
    book["commune"].merge_cells("A1:C1")
    book.save(file)
    statement = read(file, PARIS)
    assert [one.id for one in statement.stated] == ["13055", "13001"]
    one_problem(statement, "flotte.xlsx:commune!C6", "hors des bornes")


def test_unknown_sheets_and_columns_of_a_workbook(tmp_path: Path):
    file = workbook(
        tmp_path, **{"Point de mesures": [["id"]], "# brouillon": [["x"]], "Zones": [["id", "nmo"], ["z", "x"]]}
    )
    statement = read(file, PARIS)
    assert [at for at, _ in found(statement)] == ["flotte.xlsx:Point de mesures!1", "flotte.xlsx:Zones!B1"]
    assert "est-ce « Points de mesure »" in found(statement)[0][1]


def test_a_zip_bomb_and_a_sheet_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = workbook(tmp_path, commune=[["id", "name"]])
    book = load_workbook(file)
    book["commune"]["A1048576"] = "loin"
    book.save(file)
    one_problem(read(file, PARIS), "flotte.xlsx:commune!300001", "300000 lignes")
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", bytes(30_000_000))
    monkeypatch.setattr("vigie.deploy.fleet_files.xlsx_in.UNZIPPED_MOST", 20_000_000)
    one_problem(read(file, PARIS), "flotte.xlsx:1", "décompressé")


def test_documents_get_their_hash_and_may_not_leave_the_folder(tmp_path: Path):
    written(tmp_path, "photos/a.jpg", b"abc")
    rows = "a;photo;photos/a.jpg;;2026-03-01\nb;photo;../a.jpg;;2026-03-01\nc;photo;photos/c.jpg;;2026-03-01\n"
    statement = read(written(tmp_path, "document.csv", "id;type;file;sha256;date\n" + rows), PARIS)
    assert statement.stated[0].attributes["sha256"].startswith("ba7816bf")
    assert [at for at, _ in found(statement)] == ["document.csv:3:file", "document.csv:4:file"]
    assert "hors du dossier" in found(statement)[0][1]
    rows = f"a;photo;photos/a.jpg;{'0' * 64};2026-03-01\n"
    statement = read(written(tmp_path, "document.csv", "id;type;file;sha256;date\n" + rows), PARIS)
    one_problem(statement, "document.csv:2:sha256", "autre empreinte")


def test_a_hundred_thousand_rows_take_seconds_and_progress_is_told(tmp_path: Path):
    rows = (
        f"P{n};TEM-{n};chaleur;13{n % 90:03d};z1 z2;43,{n:06d};5,{n:06d};air_temperature relative_humidity;900;3600;"
        f"2026-01-{n % 28 + 1:02d} 08:00\n"
        for n in range(100_000)
    )
    heading = "id;code;cas d'usage;commune;zones;latitude;longitude;grandeurs;step_s;upload_s;du\n"
    file = written(tmp_path, "point.csv", heading + "".join(rows))
    told: list[tuple[str, int, int]] = []
    began = time.process_time()
    statement = read(file, PARIS, lambda *facts: told.append(facts))
    assert time.process_time() - began < 10
    assert (len(statement.stated), statement.problems) == (100_000, [])
    assert len(told) > 10
    assert told[-1][0] == "point.csv"
    assert statement.stated[-1].origin.line == 100_001
