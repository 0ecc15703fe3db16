"""The sources file of the demo: a LoRaWAN network server, an NB-IoT operator and 4G stations, over MQTT and HTTP."""

from pathlib import Path

from vigie.deploy.demo.fleet import Link

TOKEN = "demonstration"  # noqa: S105 -- of a server on 127.0.0.1 that lives for a minute
TOPICS = {
    Link.LORA: "application/metropole/device/+/event/{event}",
    Link.STATION: "stations/+",
}
"""What comes over MQTT where a broker is installed; NB-IoT frames are posted by their operator in any case."""

_HTTP = """
kind = "http"
token_file = "jeton"
rate_per_s = 10000
"""
_MQTT = """
kind = "mqtt"
host = "127.0.0.1"
port = PORT
topic = "TOPIC"
client_id = "vigie-demo-NAME"
user = "vigie"
password_file = "jeton"
"""
_WHO = {
    Link.LORA: 'net = "lora"\nformat = "chirpstack-v4"\nnetwork = "metropole"',
    Link.NBIOT: 'net = "nbiot"\nformat = "milesight-nb"\nnetwork = "operateur-nb"\nmodel = "EM400-MUD-NB"',
    Link.STATION: 'net = "cellular"\nformat = "station-json"\nnetwork = "stations"\nlayout = "station-acoustique"',
}
_LAYOUT = """
[[layout]]
name = "station-acoustique"
device = "station"
time = "horodatage"
sequence = "numero"
model = "STATION-BRUIT-4G"
bearer = "lte"

[[layout.columns]]
name = "mesures.LAeq"
property = "laeq"

[[layout.columns]]
name = "mesures.LA95eq"
property = "la95eq"

[[layout.columns]]
name = "mesures.LAFmax"
property = "lafmax"
"""


def write_sources(folder: Path, broker_port: int | None) -> Path:
    """Write the sources file and its secret.

    Args:
        folder: of the demo's data.
        broker_port: of the MQTT broker; None where none is installed: then everything is posted.
    """
    (folder / "jeton").write_text(TOKEN, encoding="utf-8")
    (folder / "jeton").chmod(0o600)
    parts = ["# Written by `vigie demo` at each start."]
    for link, who in _WHO.items():
        name = link.value
        how = _HTTP
        if broker_port is not None and link in TOPICS:
            how = _MQTT.replace("PORT", str(broker_port)).replace("TOPIC", TOPICS[link]).replace("NAME", name)
        parts.append(f'[[source]]\nname = "{name}"\n{who}{how}')
    path = folder / "sources.toml"
    path.write_text("\n\n".join(parts) + _LAYOUT, encoding="utf-8")
    return path
