"""The codecs and models of an installation: the packaged ones, its own models, and what lies in its codec folder."""

from contextlib import suppress
from pathlib import Path

from vigie.codecs.model_map import ModelMap
from vigie.codecs.shelf import Shelf
from vigie.streams.settings import Settings


def codec_folder(settings: Settings) -> Path:
    """The folder of makers' codecs, made if it is not there and can be; the shelf says so where it cannot."""
    folder = settings.codecs
    assert folder is not None
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def shelf_of(settings: Settings, before: Shelf | None = None) -> Shelf:
    """All versions of all codecs; what cannot be read now counts as it was read before."""
    return Shelf.load(codec_folder(settings), before=before)


def models_of(settings: Settings) -> ModelMap:
    """All models: packaged ones, over them those of VIGIE_MODELS, over them those beside makers' codecs.

    Raises:
        ModelsError: a file cannot be used.
    """
    found = ModelMap.load()
    if settings.models is not None:
        found = ModelMap.load(settings.models).over(found)
    folder = settings.codecs
    for path in sorted(folder.glob("*/models.toml")) if folder is not None else ():
        if path.is_file() and not path.parent.name.startswith("."):
            found = ModelMap.load(path).over(found)
    return found
