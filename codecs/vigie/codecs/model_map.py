"""Which codec and which upload period a device has, from the name of its profile at the network or from its tag.

A models file holds tables [[model]]:

    profile   name of the device profile at the network server
    also      other names of it
    name      short name, on each uplink as the extra `model`; a device's tag `vigie_codec` may name it, and so may a
              source whose network knows no profiles
    codec     id of its codec; `none` where its messages hold the values themselves (SenML, a station's JSON, a file)
    period_s  declared upload period; without it the device is not watched for silence
    label     what it is, in French
    use       what it is for: one of vigie.codecs.indicators_fed.USES
    lacks     properties that its codec can give, but not this model of those that share the codec
    gives     properties that its messages hold, where no codec says it
    bearers   how it sends, of vigie.topics.uplink.BEARERS; default ["lora"]
"""

import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from vigie.codecs.indicators_fed import USES
from vigie.topics.property import BY_NAME
from vigie.topics.reason import printable
from vigie.topics.uplink import BEARERS

NO_CODEC = "none"
"""Of a model whose messages hold the values themselves."""

_KEYS = {"profile", "codec", "name", "period_s", "label", "also", "use", "lacks", "gives", "bearers"}


class ModelsError(ValueError):
    """A models file that cannot be used; the message says where and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A device model.

    Attributes:
        name: short name, put on each uplink as the extra `model`.
        profile: name of its profile at the network server; empty where only a codec was named.
        also: other names of its profile.
        codec: id of its codec.
        period_s: declared upload period; 0 where none is declared, and then the device is not watched for silence.
        label: what it is, in French.
        use: what it is for, the key of vigie.codecs.indicators_fed.USES; empty where nobody said.
        lacks: properties of its codec that this model does not give.
        gives: names of properties that its messages hold, where it has no codec.
        bearers: how it sends.
    """

    name: str
    codec: str
    profile: str = ""
    also: tuple[str, ...] = ()
    period_s: int = 0
    label: str = ""
    use: str = ""
    lacks: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    bearers: tuple[str, ...] = ("lora",)


class ModelMap:
    """Finds a model by profile name or by codec tag."""

    def __init__(self, profiles: dict[str, Model]) -> None:
        self._profiles = profiles
        self._names = {model.name: model for model in profiles.values()}

    @classmethod
    def load(cls, path: Path | None = None) -> "ModelMap":
        """The models of a TOML file, or of all TOML files of a folder; None for the packaged ones.

        Raises:
            ModelsError: a file is missing, not TOML, or an entry lacks something.

        >>> ModelMap.load().find("Milesight EM300-TH", None).codec
        'milesight-em300-th'
        """
        where = Path(str(files("vigie.codecs").joinpath("models"))) if path is None else path
        paths = sorted(where.glob("*.toml")) if where.is_dir() else [where]
        if not paths:
            raise ModelsError(f"The models folder {where} cannot be read: it holds no file *.toml")
        profiles: dict[str, Model] = {}
        names: set[str] = set()
        for one in paths:
            for place, entry in enumerate(_entries(one), 1):
                model = _model(entry, f"{one}, model {place}")
                if model.name in names:
                    raise ModelsError(f"{one}, model {place}: the name {model.name!r} stands twice")
                names.add(model.name)
                for profile in (entry["profile"], *entry.get("also", [])):
                    if profile in profiles:
                        raise ModelsError(f"{one}, model {place}: the profile {profile!r} stands twice")
                    profiles[profile] = model
        return cls(profiles)

    def over(self, other: "ModelMap") -> "ModelMap":
        """These models, and the others' where these say nothing of a profile or a name."""
        named = {profile: model for profile, model in other._profiles.items() if model.name not in self._names}
        return ModelMap({**named, **self._profiles})

    def find(self, profile: str, codec_tag: str | None) -> Model | None:
        """The model of a device; its tag (a model's name, else taken for a codec's) goes before its profile.

        A codec's tag replaces only the codec of a profile that is known, so the device keeps its name and its period.
        """
        known = self._profiles.get(profile) or self._names.get(profile)
        if not codec_tag:
            return known
        if (named := self._names.get(codec_tag)) is not None:
            return named
        if known is not None:
            return replace(known, codec=codec_tag)
        return Model(name=printable(profile or codec_tag), codec=codec_tag)

    def named(self, name: str) -> Model | None:
        """The model of this short name."""
        return self._names.get(name)

    def __iter__(self) -> Any:
        return iter(self._names.values())


def _entries(path: Path) -> list[Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelsError(f"The models file {path} cannot be read: {error}") from None
    entries = content.pop("model", [])
    if content or not isinstance(entries, list):
        raise ModelsError(f"{path}: only tables [[model]] may stand here, found {', '.join(sorted(content))}")
    return entries


def _model(entry: Any, where: str) -> Model:
    if not isinstance(entry, dict):
        raise ModelsError(f"{where}: {entry!r} is no table, expected [[model]]")
    unknown = set(entry) - _KEYS
    if unknown:
        raise ModelsError(f"{where}: unknown key {', '.join(sorted(unknown))}; known are {', '.join(sorted(_KEYS))}")
    for key in ("profile", "codec", "name"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise ModelsError(f"{where}: {key} is missing or not text")
    period = entry.get("period_s", 0)
    if not isinstance(period, int) or isinstance(period, bool) or period < 0:
        raise ModelsError(f"{where}: period_s is {period!r}, expected a whole number of seconds")
    also = entry.get("also", [])
    if not isinstance(also, list) or not all(isinstance(profile, str) for profile in also):
        raise ModelsError(f"{where}: also is {also!r}, expected a list of profile names")
    if not isinstance(entry.get("label", ""), str):
        raise ModelsError(f"{where}: label is {entry['label']!r}, expected text")
    if (use := entry.get("use", "")) not in ("", *USES):
        raise ModelsError(f"{where}: use is {use!r}, expected one of {', '.join(USES)}")
    for key in ("lacks", "gives"):
        listed = entry.get(key, [])
        if not isinstance(listed, list) or not set(map(str, listed)) <= set(BY_NAME):
            raise ModelsError(f"{where}: {key} is {listed!r}, expected a list of properties of the catalogue")
    bearers = entry.get("bearers", ["lora"])
    if not isinstance(bearers, list) or not bearers or not set(map(str, bearers)) <= set(BEARERS):
        raise ModelsError(f"{where}: bearers is {bearers!r}, expected a list of {', '.join(BEARERS)}")
    return Model(
        name=entry["name"], codec=entry["codec"], profile=entry["profile"], also=tuple(also), period_s=period,
        label=entry.get("label", ""), use=use, lacks=tuple(entry.get("lacks", ())),
        gives=tuple(entry.get("gives", ())), bearers=tuple(bearers),
    )  # fmt: skip
