"""The 300 devices of the demo: where they stand, what they are, how often they send."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import NamedTuple

from vigie.codecs.model_map import ModelMap
from vigie.deploy.demo import nature, wires
from vigie.deploy.demo.communes import COMMUNES, Commune
from vigie.deploy.demo.schedule import chance
from vigie.deploy.demo.wires import Wire


class Link(StrEnum):
    """How a device's messages come; each is a source of its own."""

    LORA = "chirpstack"
    """A LoRaWAN network server."""
    NBIOT = "compteurs-nb"
    """An operator's NB-IoT platform, which hands the device's frame on."""
    STATION = "stations-4g"
    """A station that sends JSON over 4G."""

    @property
    def net(self) -> str:
        """The connectivity family, which names the topics."""
        return {Link.LORA: "lora", Link.NBIOT: "nbiot", Link.STATION: "cellular"}[self]


class Group(NamedTuple):
    """Devices of one model in one use case.

    Attributes:
        use_case: name of the application at the network server.
        code: what a device's readable name begins with.
        profile: device profile at the network server, a name of the models file.
        prefix: the manufacturer's part of the EUI, hex.
        size: how many stand in the metropolis.
        behaviour: what they measure.
        wire: how the model puts it on the air.
        rivers: only where a river is.
        link: how its messages come.
    """

    use_case: str
    code: str
    profile: str
    prefix: str
    size: int
    behaviour: Callable[[Random, Commune], nature.Behaviour]
    wire: Wire
    rivers: bool = False
    link: Link = Link.LORA


LOGGER, STORES = "Milesight EM300-TH logger", "Milesight EM300-TH"
"""Models that keep their readings: one sends them every six hours, the other what it could not send."""
MILESIGHT, DECENTLAB, ELSYS, ADEUNIS = "24e124", "70b3d57ba0", "a81758fffe", "0018b2"

GROUPS = (
    Group("dechets", "PAV", "Milesight EM310-UDL", MILESIGHT, 40, nature.bin_fill, wires.em310_udl),
    Group("dechets", "COL", "Milesight EM400-MUD NB-IoT", "", 20, nature.bin_fill, wires.em400_mud, link=Link.NBIOT),
    Group("bruit", "BRU", "Milesight WS302", MILESIGHT, 24, nature.noise, wires.ws302),
    Group("bruit", "STA", "Station acoustique 4G", "", 12, nature.noise, wires.noise_station, link=Link.STATION),
    Group("cours-eau", "EAU", "Decentlab DL-LID", DECENTLAB, 14, nature.river, wires.dl_lid, rivers=True),
    Group("cours-eau", "QUA", "Decentlab DL-CTD10", DECENTLAB, 7, nature.river, wires.dl_ctd10, rivers=True),
    Group("cours-eau", "OXY", "Decentlab DL-OPTOD", DECENTLAB, 6, nature.river, wires.dl_optod, rivers=True),
    Group("mobilites", "VEL", "Milesight VS350", MILESIGHT, 40, nature.passages, wires.vs350),
    Group("eclairage", "TIC", "Adeunis TIC CBE/Linky mono", ADEUNIS, 8, nature.cabinet, wires.tic_mono),
    Group("eclairage", "ECL", "Elsys ELT-2", ELSYS, 12, nature.cabinet, wires.elt_2),
    Group("chaleur", "TEM", "Milesight EM300-TH", MILESIGHT, 68, nature.climate, wires.em300_th),
    Group("chaleur", "THR", "Decentlab DL-SHT35", DECENTLAB, 20, nature.climate, wires.dl_sht35),
    Group("chaleur", "ERS", "Elsys ERS", ELSYS, 28, nature.climate, wires.ers),
    Group("chaleur", "ENR", LOGGER, MILESIGHT, 1, nature.climate, wires.em300_th),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device.

    Attributes:
        address: the device id on topics.
        name: readable code, such as `PAV-13055-03`.
        commune: where it stands.
        group: its model and use case.
        period_s: declared upload period.
        dev_addr: of its session, 8 hex digits.
        gateways: ids of the gateways that may hear it, the nearest first.
    """

    address: str
    name: str
    commune: Commune
    group: Group
    period_s: int
    dev_addr: str
    gateways: tuple[str, ...]

    @property
    def eui(self) -> str:
        """16 hex digits, of a LoRaWAN device."""
        return self.address.removeprefix("eui:")

    @property
    def imei(self) -> str:
        """15 digits, of an NB-IoT device."""
        return self.address.removeprefix("imei:")


def fleet(seed: int) -> list[Device]:
    """The devices; where each stands follows from the seed, how many there are does not."""
    rng, found, models = chance(seed, "fleet"), [], ModelMap.load()
    for group_number, group in enumerate(GROUPS):
        places = [commune for commune in COMMUNES if commune.river or not group.rivers]
        numbers: dict[str, int] = {}
        model = models.find(group.profile, None)
        assert model is not None, f"{group.profile} is not in the models file"
        for number in range(group.size):
            # Each commune gets one first, then the large ones more.
            weights = [4 if commune.name == "Marseille" else 2 if commune.warmth > 0.5 else 1 for commune in places]
            commune = places[number] if number < len(places) else rng.choices(places, weights)[0]
            numbers[commune.insee] = numbers.get(commune.insee, 0) + 1
            name = f"{group.code}-{commune.insee}-{numbers[commune.insee]:02d}"
            found.append(
                Device(
                    address=_address(group, group_number, number, name),
                    name=name,
                    commune=commune,
                    group=group,
                    period_s=model.period_s,
                    dev_addr=f"{0x26010000 + group_number * 4096 + number:08x}",
                    gateways=_gateways(rng, commune),
                )
            )
    return found


def _address(group: Group, group_number: int, number: int, name: str) -> str:
    if group.link is Link.NBIOT:
        return f"imei:{868_508_064_000_000 + group_number * 1000 + number:015d}"
    if group.link is Link.STATION:
        return f"src:{group.link.value}:{name}"
    return "eui:" + group.prefix + f"{(group_number + 1) << 12 | number:0{16 - len(group.prefix)}x}"


def _gateways(rng: Random, commune: Commune) -> tuple[str, ...]:
    own = [f"7076ff00{commune.insee}{place:03d}" for place in (1, 2, 3)]
    rng.shuffle(own)
    return tuple(own[: rng.choice((1, 1, 2, 2, 3))])
