"""A models file says which codec a device has, or says in a sentence what is wrong with it."""

import pytest

from vigie.codecs.model_map import ModelMap, ModelsError

ONE = '[[model]]\nprofile = "P1"\nname = "N1"\ncodec = "elsys"\n'


def load(folder, text):
    path = folder / "models.toml"
    path.write_text(text, "utf-8")
    return ModelMap.load(path)


def test_a_profile_has_its_codec(tmp_path):
    models = load(tmp_path, ONE + 'period_s = 900\nlabel = "x"\nalso = ["P1 v2"]\n')
    assert models.find("P1", None) is models.find("P1 v2", None)
    assert models.find("P1", None).also == ("P1 v2",)
    assert models.find("P1", "").codec == "elsys"
    assert models.find("P1", None).period_s == 900
    assert models.find("p1", None) is None
    assert models.find("", None) is None
    assert models.named("N1") is models.find("P1", None)
    assert [model.name for model in models] == ["N1"]


def test_a_tag_goes_before_the_profile(tmp_path):
    models = load(tmp_path, ONE + ONE.replace("1", "2").replace("elsys", "milesight"))
    assert models.find("P1", "N2").codec == "milesight", "a model's name"
    assert models.find("", "decentlab-dl-lid").name == "decentlab-dl-lid"


def test_a_codec_tag_leaves_a_known_model_its_name_and_its_period(tmp_path):
    """Else nobody would notice its silence."""
    models = load(tmp_path, ONE + "period_s = 900\n")
    tagged = models.find("P1", "decentlab-dl-lid")
    assert (tagged.codec, tagged.name, tagged.period_s) == ("decentlab-dl-lid", "N1", 900)
    assert models.named(tagged.name).period_s == 900, "as the silence asks for it"
    assert models.find("P1", None).codec == "elsys"


def test_a_profile_that_nobody_knows_gives_a_short_name(tmp_path):
    stranger = load(tmp_path, ONE).find("x" * 800_000, "elsys")
    assert (stranger.codec, stranger.name, stranger.period_s) == ("elsys", "x" * 80, 0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[model]\n", "cannot be read"),
        (ONE + "periode_s = 900\n", "unknown key periode_s"),
        (ONE.replace("name", "nom"), "unknown key nom"),
        ('[[model]]\nprofile = "P1"\nname = "N1"\n', "codec is missing"),
        (ONE.replace('"elsys"', "3"), "codec is missing or not text"),
        (ONE.replace('"elsys"', '""'), "codec is missing or not text"),
        (ONE + ONE.replace("N1", "N2"), "profile 'P1' stands twice"),
        (ONE + 'also = ["P1"]\n', "profile 'P1' stands twice"),
        (ONE + ONE.replace("P1", "P2"), "name 'N1' stands twice"),
        (ONE + "period_s = -1\n", "period_s is -1"),
        (ONE + "period_s = true\n", "period_s is True"),
        (ONE + "period_s = 1.5\n", "period_s is 1.5"),
        (ONE + 'also = "P2"\n', "also is 'P2'"),
        (ONE + "also = [1]\n", "also is [1]"),
        (ONE + "label = 5\n", "label is 5"),
        (ONE + 'gives = ["warmth"]\n', "gives is ['warmth']"),
        (ONE + 'lacks = "laeq"\n', "lacks is 'laeq'"),
        (ONE + 'lacks = ["light"]\n', "lacks is ['light']"),
        ("model = [1]\n", "is no table"),
        ("model = 1\n", "only tables [[model]]"),
        ("[[models]]\n", "found models"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, text, says):
    with pytest.raises(ModelsError) as caught:
        load(tmp_path, text)
    assert says in str(caught.value)
    assert "models.toml" in str(caught.value)


def test_a_missing_file_and_one_that_is_not_utf8(tmp_path):
    with pytest.raises(ModelsError, match="cannot be read"):
        ModelMap.load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'label = "\xe9"')
    with pytest.raises(ModelsError, match="cannot be read"):
        ModelMap.load(tmp_path / "latin.toml")
    with pytest.raises(ModelsError, match="cannot be read"):
        ModelMap.load(tmp_path)


def test_the_packaged_file_can_be_loaded():
    assert len(list(ModelMap.load())) > 10
