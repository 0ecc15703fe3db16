"""The console's sentences: both languages say the same, with the same facts."""

import string

import pytest

from vigie.deploy.console_words import WORDS


def facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", WORDS["en"])
def test_both_languages_say_the_same_facts(key):
    assert facts(WORDS["fr"][key]) == facts(WORDS["en"][key])


def test_both_languages_have_the_same_sentences():
    assert WORDS["fr"].keys() == WORDS["en"].keys()
