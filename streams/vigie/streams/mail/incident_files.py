"""What was found at a raise, kept with the incident: `<data>/incidents/<incident>/<alert>.json`, the image beside."""

from hashlib import sha256
from pathlib import Path

from msgspec.structs import replace

from vigie.streams.core.mail.second_source import Kept
from vigie.streams.intake.kept import Kept as KeptFile
from vigie.streams.mail.images import Image
from vigie.topics.alert_event import AlertEvent

_NOTHING = Kept()


class IncidentFiles:
    """The folder of incidents.

    Args:
        data: of the installation.
    """

    def __init__(self, data: Path) -> None:
        self._folder = data / "incidents"

    def load(self, event: AlertEvent) -> Kept | None:
        """What is kept of an alert; None where nothing was asked yet, or nothing can be read."""
        found = self._file(event).load(Kept, _NOTHING)
        return None if found is _NOTHING else found

    def save(self, event: AlertEvent, kept: Kept, image: Image | None = None) -> Kept:
        """Keep what was found; returns it with the image's name and hash.

        Raises:
            OSError: it cannot be written.
        """
        file = self._file(event)
        if image is not None:
            name = f"{_name(event.alert_id)}.{image.type.partition('/')[2]}"
            file.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            (file.file.parent / name).write_bytes(image.content)
            digest = sha256(image.content).hexdigest()
            kept = replace(kept, image_file=name, image_type=image.type, image_sha256=digest)
        file.save(kept)
        return kept

    def image(self, event: AlertEvent, kept: Kept) -> bytes:
        """The image that is kept; empty where it is gone, or is another than it was."""
        try:
            content = (self._file(event).file.parent / kept.image_file).read_bytes() if kept.image_file else b""
        except OSError:
            return b""
        return content if sha256(content).hexdigest() == kept.image_sha256 else b""

    def _file(self, event: AlertEvent) -> KeptFile:
        return KeptFile(self._folder / _name(event.incident_id), _name(event.alert_id))


def _name(name: str) -> str:
    """An id as the name of a file: ours are hexadecimal; of another one what could lead elsewhere is left out."""
    return "".join(letter for letter in name if letter.isalnum())[:64] or "none"
