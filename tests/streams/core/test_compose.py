"""A mail says what is wrong in its first line, in text as in HTML; the same letter makes the same mail."""

from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters_by_hand import (
    DEVICE,
    FORM,
    HOUR,
    MINUTE,
    MORNING,
    RIVER_FACTS,
    event,
    html_of,
    letter,
    river,
    text_of,
    written,
)
from msgspec import structs

from vigie.streams.core.alarm.advice import advice
from vigie.streams.core.mail.compose import compose
from vigie.streams.core.mail.facts import fact_groups
from vigie.streams.core.mail.letter import Beside, Child
from vigie.streams.core.mail.words import KINDS, RULES, WORDS
from vigie.topics.alert_event import STATES as ALL_STATES
from vigie.topics.alert_event import TRANSITIONS as ALL_TRANSITIONS
from vigie.topics.alert_event import Explanation

PNG = b"\x89PNG\r\n\x1a\nchart"


class Page(HTMLParser):
    """What of an HTML mail a test asks for."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data.strip())

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def test_a_silence_in_french():
    one = event()
    mail = written(letter(one))
    assert mail["Subject"] == f"[Vigie] Silence : EM300-TH {DEVICE} (18/06 09:12)"
    assert mail["To"] == "astreinte@metropole.example, eau@metropole.example"
    assert (mail["Message-ID"], mail["In-Reply-To"]) == ("<l1@metropole.example>", None)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert (mail["Content-Language"], mail["X-Vigie-Event"]) == ("fr", one.event_id)
    assert mail["List-Id"] == "Alertes Vigie <alertes.vigie.metropole.example>"
    assert parsedate_to_datetime(mail["Date"]).timestamp() * 1000 == MORNING + 95 * MINUTE
    lines = text_of(mail).splitlines()
    assert lines[0] == one.explanation.sentence_fr
    for line in (
        "- Dernière réception\u00a0: 18/06/2025 à 09:12", "- Période d'envoi déclarée\u00a0: 15\u00a0min",
        "- φ\u00a0: 7,23", "- Part de messages perdus\u00a0: 2,1\u202f%", "Priorité\u00a0: moyenne",
        f"https://vigie.example/alerts/{one.alert_id}",
    ):  # fmt: skip
        assert line in lines
    assert "vigie alerts ack" not in text_of(mail), "of priority 3 nobody has to acknowledge"


def test_the_same_in_english():
    mail = written(letter(event(), language="en"), FORM._replace(public_url=""))
    assert mail["Subject"] == f"[Vigie] Silence: EM300-TH {DEVICE} (06-18 09:12)"
    assert text_of(mail).splitlines()[0] == "The device has sent nothing since 09:12."
    assert "http" not in text_of(mail)
    assert Page(html_of(mail)).of("html") == [{"lang": "en"}]


def test_the_crisis_cell_reads_level_second_source_chart_and_image_and_what_to_do():
    beside = Beside(
        chart_png=PNG, chart_text="De 0,4 à 2,31 m, en hausse.", image=b"\xff\xd8", image_type="image/jpeg",
        second_source_fr="HUV-00, en amont, mesure 2,8 m.",
    )  # fmt: skip
    one = river()
    mail = written(letter(one), beside=beside)
    assert mail["Subject"] == "[Vigie] Niveau d'eau : HUV-01 Aubagne (18/06 09:12)"
    assert mail["Importance"] == "high"
    text = text_of(mail)
    assert text.index("mesure 2,31 m") < text.index("HUV-00, en amont") < text.index("Seuil")
    for said in (
        "Priorité\u00a0: critique (niveau 2)", "- Valeur\u00a0: 2,31\u202fm", "- Écart au seuil\u00a0: 0,31\u202fm",
        "De 0,4 à 2,31 m", "Regardez la caméra", "Le niveau reste une heure", f"vigie alerts ack {one.alert_id}",
        f"vigie alerts confirm {one.alert_id}", "https://vigie.example/points/HUV-AMONT",
    ):  # fmt: skip
        assert said in text
    names = [(part.get_content_type(), part.get_filename(), part["Content-ID"]) for part in mail.walk()][-2:]
    assert names == [("image/png", "48h.png", "<chart@vigie>"), ("image/jpeg", "image.jpeg", "<image@vigie>")]
    images = Page(html_of(mail)).of("img")
    assert [(image["src"], bool(image["alt"])) for image in images] == [
        ("cid:chart@vigie", True),
        ("cid:image@vigie", True),
    ]


def test_text_and_html_say_the_same():
    mail = written(letter(river(), event()), beside=Beside(chart_png=PNG, chart_text="De 0,4 à 2,31 m."))
    words = " ".join(Page(html_of(mail)).words)
    for line in text_of(mail).splitlines():
        for part in line.strip("- —:\u00a0").split("\u00a0: "):
            assert part.startswith("https://") or part in words, part


def test_html_is_one_column_without_anything_from_elsewhere():
    page = Page(html_of(written(letter(event()), beside=Beside(chart_png=PNG, chart_text="x"))))
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "div", "h1", "h2", "h3", "p", "strong", "br", "hr", "table",
        "caption", "tr", "th", "td", "ul", "li", "a", "code", "img", "span", "tbody",
    }  # fmt: skip
    assert all(image["src"].startswith("cid:") for image in page.of("img"))
    assert {th["scope"] for th in page.of("th")} == {"row"}
    assert len(page.of("caption")) == len(page.of("table"))
    assert page.of("h1")
    assert not any("url(" in str(attrs) for _, attrs in page.tags)


def test_mails_of_an_incident_stand_in_one_thread_under_one_subject():
    first = written(letter(event()))
    over = event(transition="cleared", revision=1, minutes=300, active=False, state="normal", fr="De nouveau entendu.")
    mail = written(letter(over, name="l2", minutes=301))
    assert (mail["In-Reply-To"], mail["References"]) == (first["Message-ID"],) * 2
    assert mail["Subject"] == f"Re: {first['Subject']}"
    text = text_of(mail)
    assert text.startswith("De nouveau entendu.")
    assert "État\u00a0: normal" in text
    assert "Durée\u00a0: 5\u00a0h" in text
    assert "À vérifier" not in text


def test_who_acted_and_why_stands_in_the_mail():
    mail = written(letter(
        river(), river("acknowledged", 1, 9, author="technicien-eau", reason="je pars voir", acknowledged=True,
                       state="acknowledged"),
    ))  # fmt: skip
    text = text_of(mail)
    assert "- 18/06/2025 à 09:21\u00a0: acquittée par technicien-eau «\u00a0je pars voir\u00a0»" in text
    assert "vigie alerts ack" not in text


def test_a_root_cause_lists_what_it_explains():
    key = "gateway:gw-07:gateway_down"
    cause = event(key, priority=2, children=("c1", "c2", "c3"), fr="La passerelle gw-07 est muette.", facts={})
    child = event(f"silence:{DEVICE}:no_arrival", incident=cause.alert_id, suppressed_by=key, state="suppressed")
    mail = written(letter(cause, child))
    assert mail["Subject"] == "[Vigie] Passerelle muette : gw-07 (18/06 09:12)"
    text = text_of(mail)
    assert text.startswith("La passerelle gw-07 est muette.")
    assert f"- Silence : EM300-TH {DEVICE}" in text
    assert "et 3 autres, dans l'archive" in text
    assert text.count("Le capteur n'a rien envoyé") == 0, "children are listed, not told"


def test_children_that_the_store_names_are_listed_and_without_it_counted():
    cause = event("gateway:gw-07:gateway_down", priority=2, children=("c1", "c2"), facts={"children": "60"})
    named = Beside(children=(Child("c1", f"silence:{DEVICE}:no_arrival", {"model": "EM300-TH"}), Child("x", "", {})))
    text = text_of(written(letter(cause), beside=named))
    assert f"- Silence : EM300-TH {DEVICE}\n  https://vigie.example/alerts/c1\n- et 59 autres" in text
    assert "- 60 alertes, archivées sans courriel" in text_of(written(letter(cause)))


def test_a_thread_is_called_after_the_alert_that_began_it():
    later = letter(event("silence:eui:9:no_arrival"), event("silence:eui:8:no_arrival"), name="l2")
    assert written(structs.replace(later, first=event()))["Subject"] == f"Re: {written(letter(event()))['Subject']}"


def test_several_alerts_are_told_in_full_then_in_a_line():
    mail = written(
        letter(*(event(f"silence:eui:{number}:no_arrival", fr=f"Le {number} se tait.") for number in range(9)))
    )
    assert mail["Subject"] == "[Vigie] Plusieurs alertes"
    text = text_of(mail)
    assert text.startswith("9 alertes de 9 incidents.")
    assert "- Le 8 se tait." in text


def test_an_escalation_says_for_how_long_nobody_acknowledged():
    mail = written(letter(river(), kind="escalation", minutes=40))
    lines = text_of(mail).splitlines()
    assert lines[0].startswith("HUV-01")
    assert lines[2] == "Personne n'a acquitté cette alerte depuis 40\u00a0min : elle vous est transmise."


def test_a_reminder_says_that_it_is_one_but_to_whom_nothing_was_told_before():
    said = "Rappel : cette alerte dure depuis 4\u00a0h et personne ne l'a acquittée."
    for thread, expected in (("l0", True), ("l1", False)):
        mail = written(letter(river(), kind="reminder", thread=thread, minutes=240))
        assert (said in text_of(mail).splitlines()) == expected


def test_facts_are_words_of_the_readers_and_numbers_have_their_units():
    facts = RIVER_FACTS | {
        "second_source_value": "7.801", "second_source_unit": "m", "point": "HUV-01", "law": "slots",
    }  # fmt: skip
    text = text_of(written(letter(river(facts=facts))))
    assert "- Valeur de la seconde source\u00a0: 7,801\u202fm" in text
    assert "- Loi\u00a0: messages attendus un à un" in text
    assert "Code du point" not in text  # it is the point's id
    silent = text_of(written(letter(event("silence:eui:1:no_arrival", level=1))))
    assert "(niveau" not in silent  # it has no other


def test_a_digest_says_what_needs_a_hand_what_failed_and_what_came_back():
    mail = written(letter(
        river(), event("silence:eui:2:no_arrival", fr="Le 2 se tait.", state="unacknowledged"),
        event("silence:eui:3:no_arrival", fr="Le 3 se tait."),
        event("silence:eui:3:no_arrival", "cleared", 1, 300, active=False, state="normal", fr="Le 3 est revenu."),
        event("silence:eui:4:no_arrival", late=True), event("silence:eui:5:no_arrival", suppressed_by="x"),
        event("silence:eui:6:no_arrival", suppressed_by="x"), kind="digest", more=1, minutes=1000,
    ))  # fmt: skip
    assert mail["Subject"] == "[Vigie] Bulletin du 19/06/2025"
    assert mail["Importance"] is None
    text = text_of(mail)
    assert text.splitlines()[0] == "1 alerte demande une intervention, 1 autre défaut en cours, 1 retour à la normale."
    order = ["Ce qui demande une intervention", "HUV-01", "Ce qui est en défaut", "Le 2 se tait.", "Ce qui est revenu",
             "Le 3 est revenu.", "1 alerte porte sur", "2 alertes s'expliquent", "1 changement de plus"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "Le 3 se tait." not in text


def test_a_digest_of_nothing():
    assert text_of(written(letter(kind="digest"))).startswith("Rien à signaler.")


def test_trouble_of_the_platform_says_what_to_do():
    facts = advice("platform:decode raw.lora/3:poison_record")
    mail = written(letter(event("platform:decode raw.lora/3:poison_record", active=False, state="normal", facts=facts)))
    assert mail["Subject"] == "[Vigie] Enregistrement fautif : decode raw.lora/3 (18/06 09:12)"
    assert "vigie dead-letters replay --reason internal_error" in text_of(mail)


def test_the_hour_that_comes_twice_names_its_distance_from_utc():
    assert "(25/10 02:30 (UTC+02:00))" in written(letter(event(raised_at=1_792_888_200_000)))["Subject"]


def test_communes_are_called_by_their_names_and_the_image_of_now_has_a_link():
    facts = RIVER_FACTS | {"commune": "13005", "image": "https://camera.example/pont.jpg", "second_source": "point:H0"}
    mail = written(letter(river(facts=facts)), beside=Beside(communes={"13005": "Aubagne"}))
    assert "HUV-01 Aubagne" in mail["Subject"]
    assert "- Commune\u00a0: Aubagne" in text_of(mail)
    assert "L'image de maintenant\u00a0:\nhttps://camera.example/pont.jpg" in text_of(mail)
    assert {"https://camera.example/pont.jpg"} <= {link["href"] for link in Page(html_of(mail)).of("a")}
    wrong = written(letter(river(facts=facts | {"image": "javascript:alert(1)"})))
    assert "javascript" not in html_of(wrong)


def test_the_list_is_named():
    mail = written(letter(event(), mailing_list="eau"))
    assert mail["List-Id"] == "Alertes Vigie <eau.alertes.vigie.metropole.example>"
    assert "Vous recevez ce courriel par la liste «\u00a0eau\u00a0»." in text_of(mail).replace("« ", "«\u00a0").replace(
        " »", "\u00a0»"
    )


def test_the_same_letter_makes_the_same_bytes():
    beside = Beside(chart_png=PNG, chart_text="x", image=b"1", image_type="image/png")
    assert compose(letter(river()), FORM, beside).as_bytes() == compose(letter(river()), FORM, beside).as_bytes()


NASTY = "ville\r\nBcc: a@evil.example\r\n\r\n<script>x</script>\0\x1b[2J\u202e" + "y" * 3000


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_of_others_add_no_header_no_tag_and_move_no_screen(language):
    facts = dict.fromkeys([*RIVER_FACTS, "model", "battery<b>"], NASTY)
    bad = river(facts=facts, fr=NASTY, en=NASTY, author=NASTY, reason=NASTY, commune=NASTY, assignee=NASTY)
    others = [
        event(key, facts=facts, fr=NASTY, en=NASTY) for key in (f"x:{NASTY}:y", f"platform:{NASTY}:{NASTY}", NASTY)
    ]
    for told in ((bad,), (others[0],), (others[1],), (others[2],), (bad, *others)):
        for kind in ("incident", "digest", "escalation"):
            mail = written(
                letter(*told, kind=kind, language=language, mailing_list="x\r\ny"), beside=Beside(chart_text=NASTY)
            )
            assert mail["Bcc"] is None
            shown = html_of(mail) + text_of(mail) + mail["Subject"]
            assert not {"\0", "\x1b", "\u202e", "\r"} & set(shown.replace("\r\n", "\n"))
            assert not Page(html_of(mail)).of("script")
            assert not Page(html_of(mail)).of("b")


ODD = st.text(max_size=30) | st.sampled_from(
    ["nan", "inf", "1e400", "-1e308", "2025-13-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]
)


@settings(max_examples=30, deadline=None)
@given(
    facts=st.dictionaries(st.sampled_from([*RIVER_FACTS, "loss", "interval_s", "phi"]), ODD),
    key=st.text(max_size=40),
    state=st.sampled_from([*ALL_STATES, "new"]),
    transition=st.sampled_from([*ALL_TRANSITIONS, "new"]),
    kind=st.sampled_from(["incident", "escalation", "digest"]),
    priority=st.integers(0, 5),
    raised=st.sampled_from([0, 1, MORNING]),
)
def test_any_event_can_be_told(facts, key, state, transition, kind, priority, raised):
    one = event(key, transition, facts=facts, state=state, priority=priority, raised_at=raised, shelved_until=HOUR)
    mail = written(letter(one, kind=kind))
    assert len(mail["Subject"]) < 78
    assert one.explanation.sentence_fr in text_of(mail)
    assert one.explanation.sentence_fr in html_of(mail).replace("&#39;", "'")
    assert b"\nSubject: " in compose(letter(one, kind=kind), FORM).as_bytes()
    assert b"\nSubject: \r\n" not in compose(letter(one, kind=kind), FORM).as_bytes()


def test_both_languages_have_the_same_words():
    for words in (WORDS, KINDS, RULES):
        assert words["fr"].keys() == words["en"].keys()


def test_an_explanation_without_facts_is_enough():
    bare = structs.replace(event(), explanation=Explanation(sentence_fr="Voilà.", sentence_en="So.", fields={}))
    assert text_of(written(letter(bare))).startswith("Voilà.")


def test_the_page_of_mails_shows_a_mail_as_it_is():
    """The sample of docs/mail.md is what is composed; print it anew where this fails."""
    beside = Beside(
        chart_text="Niveau d'eau, HUV-01, du 16/06 09:14 au 18/06 09:14\u00a0: de 0,4\u202fm à 2,31\u202fm\u00a0; "
        "dernière valeur 2,31\u202fm (18/06/2025 à 09:10), en hausse de 0,9\u202fm en 3 h.",
        second_source_fr="HUV-00 (Huveaune à Saint-Zacharie) mesure 2,84\u202fm (le 18/06/2025 à 09:10), en hausse "
        "de 1,1\u202fm en 3 h.",
    )  # fmt: skip
    mail = written(letter(river(), mailing_list="crise-eau"), FORM._replace(list_name="Crue"), beside)
    page = (Path(__file__).parents[3] / "docs" / "mail.md").read_text(encoding="utf-8")
    sample = page.partition("```text\n")[2].partition("\n```")[0]
    plain = str.maketrans({"\u00a0": " ", "\u202f": " "})
    shown = f"Subject: {mail['Subject']}\n\n{text_of(mail)}".translate(plain).rstrip()
    assert sample.translate(plain) == shown, shown


def test_a_fact_of_words_stands_in_the_language_of_the_reader():
    fields = {"window": "moyenne du dernier jour entier", "window_en": "mean of the last whole day"}
    shown = {
        language: [row.value for group in fact_groups(fields, "Europe/Paris", language) for row in group.rows]
        for language in ("fr", "en")
    }
    assert shown == {"fr": ["moyenne du dernier jour entier"], "en": ["mean of the last whole day"]}
