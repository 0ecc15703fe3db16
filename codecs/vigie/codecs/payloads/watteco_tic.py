"""Watteco TICS'O: the customer output of a French electricity meter, of each of the five kinds.

Source: https://github.com/Watteco/Codec-API-LoRaWAN, codec/tic.js (facts only); the layout is told in
codecs/makers/watteco/tic_frame and tic_fields, the channels in codecs/makers/tic.

    0053 ICE    0054 historic (CBE, Linky)    0055 yellow tariff (CJE)    0056 standard (Linky)    0057 PME-PMI

Indexes, powers, currents and voltages that the meter counts in the catalogue's unit are readings; what it counts within
its own periods, and every text and date, is an extra under the label. Dates are French legal time.
"""

from vigie.codecs.decoder import Codec, Vector
from vigie.codecs.makers.watteco.device import decoder
from vigie.codecs.makers.watteco.model import SOURCE, Model
from vigie.codecs.payloads.watteco import DEFECTS, EXTRAS, vectors_of
from vigie.codecs.registry import register_codec

_GIVES = (
    "active_energy_index", "active_power", "apparent_power", "battery_voltage", "current", "tariff_period",
    "tic_status", "voltage",
)  # fmt: skip

register_codec(
    Codec(
        id="watteco-ticso", version="1", maker="Watteco", source=SOURCE, decode=decoder(Model(gives=_GIVES)),
        properties=_GIVES,
        extras=(
            *EXTRAS, "ADCO", "ADSC", "PRM", "DATE", "OPTARIF", "PTEC", "LTARF", "PTCOUR1", "*_wh", "*_kwh", "*_varh",
            "*_kvarh", "*_va", "*_kw", "*_a",
        ),
        vectors=(
            *vectors_of(_GIVES),
            Vector(payload="110a00540000410c0000000000000040242d0e6a", f_port=125,
                   readings=(("tic_status", 0, 0), ("active_energy_index", 0, 606932586))),
            Vector(payload="110a005601004113240205144515040c0a09210001968200f17fc5", f_port=125,
                   readings=(("tic_status", 0, 0), ("active_energy_index", 0, 104066),
                             ("active_energy_index", 20, 15826885))),
            Vector(payload="110a0056010041170410003445140a0313000283494e440000462c00233f4c", f_port=125,
                   readings=(("tic_status", 0, 0), ("active_energy_index", 0, 17964),
                             ("active_energy_index", 20, 2309964))),
            Vector(payload="110a005700004115650328292a0c0415093b3527f7e5a0000004064410", f_port=125,
                   readings=(("tic_status", 0, 0),)),
            Vector(payload="110a005700004125488007000000100e06041636028464040c0415093b1a0e"
                   "27f7e5a000000003f2be0000420b", f_port=125,
                   readings=(("tic_status", 0, 0), ("tariff_period", 0, 17), ("active_energy_index", 117, 0))),
            Vector(payload="310a00520000410c000047ffffbe0063002fffd6", f_port=125,
                   readings=(("active_energy_index", 0, 71), ("active_power", 0, 47))),
            Vector(payload="110a0056010041132402051445150400", f_port=125, reason="truncated"),
            Vector(payload="110a00560100410322ff00", f_port=125, reason="bad_payload"),
        ),
        defects=f"{DEFECTS}; the first codecs tell months one too low (DebP), dates of maxima leave two bytes behind, "
        "CJE registers are read from the wrong place, ICE reports not at all",
    )
)  # fmt: skip
