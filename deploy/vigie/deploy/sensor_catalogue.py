"""The catalogue of supported sensors, as a page made from the registries of codecs, models and envelopes."""

from collections.abc import Iterable, Iterator, Mapping

from vigie.codecs.decoder import Codec
from vigie.codecs.frame import Envelope
from vigie.codecs.indicators_fed import USES, indicators_fed
from vigie.codecs.maker_words import words
from vigie.codecs.model_map import Model, ModelMap
from vigie.codecs.registry import codecs, envelopes
from vigie.topics.property import BY_NAME

_USE = {
    "waste": "Waste containers",
    "noise": "Noise",
    "river": "Rivers: level and quality",
    "mobility": "Bicycles and pedestrians",
    "lighting": "Lighting cabinets",
    "heat": "Urban heat",
    "": "Other",
}


def markdown() -> str:
    """The page, in English."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    found, models, forms = codecs(), list(ModelMap.load()), envelopes()
    yield from (
        "# Supported sensors",
        "",
        "Made from the registries by `vigie codecs doc`. A model is found by its profile's name at the network server,",
        "or by its tag `vigie_codec` ([codecs.md](codecs.md) says how). A device that is not here can be read by its",
        "maker's own JavaScript codec ([codecs.md](codecs.md), *Makers' own codecs*).",
        "",
        f"{len(models)} models, {len(found)} codecs, {len(forms)} message formats.",
        "",
        "## Models by use",
        "",
        "*Indicators* are those that the codec's properties are enough for: Harmonica asks for LAeq and LA95eq of the",
        "same quarter of an hour, which few devices give.",
    )
    for use in (*USES, ""):
        yield from _models(use, [model for model in models if model.use == use], found)
    yield from _codecs(found.values(), models)
    yield from _envelopes(forms.values())


def _models(use: str, models: list[Model], found: Mapping[str, Codec]) -> Iterator[str]:
    if not models:
        return
    yield from ("", f"### {_USE[use]}", "")
    yield "| model | names of its profile | what it is (French, as people see it) | connectivity | codec | indicators |"
    yield "|---|---|---|---|---|---|"
    for model in sorted(models, key=lambda one: (found[one.codec].maker if one.codec in found else "~", one.name)):
        codec, bearers = found.get(model.codec), ", ".join(model.bearers)
        given = set(model.gives if codec is None else codec.properties) - set(model.lacks)
        read_by = f"`{codec.id}`" if codec is not None else "in the message"
        fed = ", ".join(indicators_fed(use, given)) or ("–" if codec or model.gives else "as its layout declares")
        profiles = _cell(", ".join((model.profile, *model.also)))
        yield f"| {model.name} | {profiles} | {model.label} | {bearers} | {read_by} | {fed} |"


def _codecs(found: Iterable[Codec], models: list[Model]) -> Iterator[str]:
    yield from (
        "",
        "## Codecs",
        "",
        "*Vectors* counts the payloads that the codec brings with it; *compared* says that it is also held to its",
        "maker's published examples. Extras are what a device says beyond the property catalogue, kept as text.",
    )
    compared = {ours for vendor in words().values() for ours in vendor.codecs.values()}
    used = {model.codec for model in models}
    by_maker: dict[str, list[Codec]] = {}
    for codec in found:
        by_maker.setdefault(codec.maker, []).append(codec)
    for maker, own in sorted(by_maker.items(), key=lambda pair: pair[0].lower()):
        sources = sorted({codec.source for codec in own})
        yield from ("", f"### {maker}", "", f"Source: {'; '.join(sources)}.", "")
        yield "| codec | version | properties (unit) | extras | vectors | licence |"
        yield "|---|---|---|---|---|---|"
        for codec in sorted(own, key=lambda one: one.id):
            vectors = f"{len(codec.vectors)}{', compared' if codec.id in compared else ''}"
            extras = ", ".join(f"`{name}`" for name in codec.extras) or "–"
            name = f"`{codec.id}`{'' if codec.id in used else ' ¹'}"
            says = _properties(codec.properties)
            yield f"| {name} | {codec.version} | {says} | {extras} | {vectors} | {codec.licence} |"
        for codec in own:
            if codec.defects:
                yield from ("", f"`{codec.id}`, known defects of the maker's own codec: {codec.defects}")
    yield from ("", "¹ No model of the packaged ones names it: give the device the tag `vigie_codec`, or add a model.")


def _envelopes(forms: Iterable[Envelope]) -> Iterator[str]:
    yield from (
        "",
        "## Message formats",
        "",
        "*Sample* says whether the reader was written against a real message, or from documentation only.",
        "",
        "| format | reads | source | sample |",
        "|---|---|---|---|",
    )
    for one in sorted(forms, key=lambda one: one.form):
        sample = "real" if one.sample == "real" else "**from documentation**"
        yield f"| `{one.form}` | {one.title} | {_cell(one.source)} | {sample} |"


def _properties(names: Iterable[str]) -> str:
    shown = [f"{name} ({BY_NAME[name].unit})" if BY_NAME[name].unit else name for name in sorted(names)]
    return ", ".join(shown) or "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
