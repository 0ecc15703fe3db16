"""`vigie recompute` on a real store: what it takes, what it refuses and why; no role is needed to note a request."""

import json

import psycopg
from click.testing import CliRunner

from vigie.deploy.commands.recompute import command
from vigie.deploy.operator_error import Exit
from vigie.deploy.recompute_words import WORDS
from vigie.streams.sinks.migrate import migrate


def test_a_request_is_noted_or_refused_with_a_sentence(database, monkeypatch, tmp_path):
    monkeypatch.setenv("VIGIE_DATABASE", database)
    monkeypatch.setenv("VIGIE_DATA", str(tmp_path))
    with psycopg.connect(database, autocommit=True) as store:
        migrate(store)
        store.execute("INSERT INTO fleet_object (kind, id) VALUES ('point', 'TEM-1'), ('zone', 'centre')")

        def run(*words):
            return CliRunner().invoke(command, ["--from", "2026-01-01", *words, "--no-wait", "--json"])

        def asked(*words):
            done = run(*words)
            assert done.exit_code == 0, done.output
            return json.loads(done.output)["request"]

        def refused(*words):
            done = run(*words)
            assert done.exit_code == Exit.USAGE, done.output
            return done.output.strip()

        numbers = [asked("--indicator", "*"), asked("--indicator", "laeq", "--subject", "point:TEM-1"),
                   asked("--indicator", "*", "--subject", "point:TEM-*")]  # fmt: skip
        assert numbers == [1, 2, 3]
        said = "La flotte ne connaît pas point:TEM-2, et rien n'en a été calculé. Vouliez-vous dire point:TEM-1 ?"
        assert refused("--indicator", "*", "--subject", "point:TEM-2").endswith(said)
        assert refused("--indicator", "*", "--subject", "network:lora").endswith("rien n'en a été calculé.")
        assert "« noise_harmonia ». Vouliez-vous dire noise_harmonica ?" in refused("--indicator", "noise_harmonia")
        assert "point:…" in refused("--indicator", "*", "--subject", "TEM-1")
        assert "vide" in refused("--indicator", "*", "--to", "2025-01-01")
        assert store.execute("SELECT count(*) FROM recompute_request").fetchone() == (3,)


def test_both_languages_have_the_same_words():
    assert WORDS["fr"].keys() == WORDS["en"].keys()
