"""Settings: a value that cannot work is refused at start, with a sentence, and not found out by a record."""

import pytest
from click.testing import CliRunner

from vigie.deploy.cli import main
from vigie.streams.core.windows.owned.saved import LONGEST_MEMORY_MS
from vigie.streams.settings import Settings, SettingsError

REFUSED = [
    ("VIGIE_TIMEZONE", "Europe/Pari"),
    ("VIGIE_TIMEZONE", "Europe"),
    ("VIGIE_TIMEZONE", "../etc/passwd"),
    ("VIGIE_DATABASE", "nonsense"),
    ("VIGIE_DATABASE", "host=db port"),
    ("VIGIE_DATABASE", "vigie:s3cret@db:5432/vigie"),
    ("VIGIE_PREFIX", "a b/"),
    ("VIGIE_PREFIX", "é."),
    ("VIGIE_PREFIX", "v" * 201),
    ("VIGIE_LANGUAGE", "de"),
    ("VIGIE_TICKS", "never"),
    ("VIGIE_PARTITIONS", "0"),
    ("VIGIE_PARTITIONS", "12.5"),
    ("VIGIE_HTTP_PORT", "99999"),
    ("VIGIE_SMTP_PORT", "-1"),
    ("VIGIE_CHECKPOINT_INTERVAL_S", "nan"),
    ("VIGIE_CHECKPOINT_INTERVAL_S", "-1"),
    ("VIGIE_SESSION_TIMEOUT_S", "inf"),
    ("VIGIE_STALL_LIMIT_S", "0"),
    ("VIGIE_MEMORY_HOURS", "0"),
    ("VIGIE_MEMORY_HOURS", "33"),
    ("VIGIE_MAIL_FROM", "vigie"),
    ("VIGIE_MAIL_FROM", "vigie@metropole.example\nBcc: all@metropole.example"),
]


@pytest.mark.parametrize(("variable", "text"), REFUSED)
def test_a_value_that_cannot_work_is_refused_by_its_name(variable, text):
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({variable: text})
    sentence = str(refused.value)
    assert sentence.startswith(f"{variable} is ")
    assert ": expected " in sentence
    assert "s3cret" not in sentence


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("VIGIE_TIMEZONE", "Indian/Reunion"),
        ("VIGIE_DATABASE", "postgresql://vigie:secret@db:5432/vigie?sslmode=require"),
        ("VIGIE_DATABASE", r"host=db dbname = vigie password='it\'s = here' connect_timeout=5"),
        ("VIGIE_DATABASE", "service=vigie"),
        ("VIGIE_PREFIX", "vigie_2.north-east."),
        ("VIGIE_HTTP_PORT", "0"),
        ("VIGIE_MAIL_FROM", "Vigie <vigie@metropole.example>"),
        ("VIGIE_CHECKPOINT_INTERVAL_S", "0.2"),
    ],
)
def test_a_value_that_works_is_taken(variable, text):
    assert Settings.from_env({variable: text}).to_env()[variable] == text


def test_the_longest_memory_is_what_the_windows_can_hold():
    longest_hours = LONGEST_MEMORY_MS // 3_600_000
    assert Settings(memory_hours=longest_hours)
    with pytest.raises(SettingsError):
        Settings(memory_hours=longest_hours + 1)


def test_a_refused_value_is_a_sentence_on_the_console():
    said = CliRunner().invoke(main, ["settings"], env={"VIGIE_TIMEZONE": "Europe/Pari"})
    assert said.exit_code == 2
    assert said.output == ("vigie: VIGIE_TIMEZONE is 'Europe/Pari': expected an IANA zone name such as Europe/Paris\n")
