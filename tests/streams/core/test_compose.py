"""A mail says what is wrong in its first line, and the same event makes the same mail."""

from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime

import msgspec
from streams.core.test_alarm import ADDRESS, TOLD, back, play, silent, trouble

from vigie.streams.core.mail.compose import WORDS, MailForm, compose

FORM = MailForm(
    sender="Vigie <vigie@metropole.example>", recipients=("astreinte@metropole.example", "eau@metropole.example"),
    language="fr", zone="Europe/Paris", public_url="https://vigie.example/",
)  # fmt: skip


def written(event, form=FORM):
    """The mail as a mail program reads it."""
    return message_from_bytes(compose(event, form).as_bytes(), policy=default)


def test_a_silence_in_french():
    (event,) = play(silent())
    mail = written(event)
    assert mail["Subject"] == f"[Vigie] Silence : EM300-TH {ADDRESS} depuis le 18/06 09:12"
    assert mail["To"] == "astreinte@metropole.example, eau@metropole.example"
    assert mail["Message-ID"] == f"<{event.event_id}@metropole.example>"
    assert mail["In-Reply-To"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    assert "<alertes.vigie.metropole.example>" in mail["List-Id"]
    assert parsedate_to_datetime(mail["Date"]).timestamp() * 1000 == event.decided_at
    lines = mail.get_content().splitlines()
    assert lines[0] == event.explanation.sentence_fr
    assert f"https://vigie.example/alerts/{event.alert_id}" in lines
    assert "Dernière réception\u00a0: 18/06/2025 à 09:12" in lines
    assert "Période d'envoi déclarée\u00a0: 15\u00a0min" in lines
    assert "Priorité\u00a0: moyenne" in lines


def test_the_same_in_english():
    (event,) = play(silent())
    mail = written(event, FORM._replace(language="en", public_url=""))
    assert mail["Subject"] == f"[Vigie] Silence: EM300-TH {ADDRESS} since 06-18 09:12"
    assert mail.get_content().splitlines()[0] == event.explanation.sentence_en
    assert "http" not in mail.get_content()


def test_the_hour_that_comes_twice_names_its_distance_from_utc():
    (event,) = play(silent())
    event = msgspec.structs.replace(event, arrival_at=1_792_888_200_000)
    assert written(event)["Subject"].endswith("depuis le 25/10 02:30 (UTC+02:00)")


def test_later_mails_of_an_incident_stand_in_its_thread():
    raised, cleared = play(silent(), back())
    assert written(cleared)["In-Reply-To"] == written(raised)["Message-ID"]
    assert written(cleared)["References"] == written(raised)["Message-ID"]


def test_trouble_of_the_platform():
    event, _ = play(trouble())
    mail = written(event)
    assert mail["Subject"] == "[Vigie] Plateforme : enregistrement fautif (decode raw.lora/3)"
    assert parsedate_to_datetime(mail["Date"]).timestamp() * 1000 == TOLD
    text = mail.get_content()
    assert "Règle\u00a0: enregistrement fautif" in text
    assert "vigie dead-letters replay --reason internal_error" in text
    assert "A record crashes decode." not in text


def test_the_same_event_makes_the_same_bytes():
    (event,) = play(silent())
    assert compose(event, FORM).as_bytes() == compose(event, FORM).as_bytes()


def test_words_of_others_cannot_add_headers():
    event, _ = play(trouble(rule="x\r\nBcc: a@evil.example"))
    assert written(event)["Bcc"] is None


def test_words_of_others_are_short_and_move_no_screen():
    (event,) = play(silent())
    long, nasty = "x" * 460_000, "ville\r\nPriorité : critique\0\x1b[2J"
    for text in (long, nasty):
        facts = event.explanation.fields | {"network": text, "model": text}
        explanation = msgspec.structs.replace(event.explanation, sentence_fr=f"Le capteur ({text}).", fields=facts)
        mail = compose(msgspec.structs.replace(event, explanation=explanation), FORM)
        assert len(mail.as_bytes()) < 10_000
        content = mail.get_content()
        assert not {"\0", "\x1b", "\r"} & set(content + mail["Subject"])
        assert "Priorité : critique" not in content.splitlines()


def test_both_languages_have_the_same_words():
    assert WORDS["fr"].keys() == WORDS["en"].keys()
