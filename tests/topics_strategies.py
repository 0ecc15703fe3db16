"""Hypothesis strategies for records of the topics."""

from hypothesis import strategies as st

from vigie.topics.uplink import BEARERS, Cell, CodecRef, Gateway, Radio, RawPosition, Reading, Uplink

text = st.text(max_size=20)
number = st.floats(allow_nan=False)
instant = st.one_of(st.integers(-(2**62), 2**62), st.integers(1_600_000_000_000, 1_900_000_000_000))
small = st.integers(-(2**31), 2**31 - 1)


def maybe(strategy):
    return st.none() | strategy


reading = st.builds(Reading, st.integers(0, 32767), st.integers(0, 32767), number, maybe(instant))
gateway = st.builds(Gateway, text, small, maybe(number))
radio = st.builds(
    Radio, gateways=st.lists(gateway, max_size=4).map(tuple), dr=maybe(small), sf=maybe(small),
    frequency_hz=maybe(instant), airtime_ms=maybe(number), esp_dbm=maybe(number), margin_db=maybe(number),
)  # fmt: skip
cell = st.builds(
    Cell, operator=maybe(text), cell_id=maybe(text), rsrp_dbm=maybe(number), rsrq_db=maybe(number),
    rssi_dbm=maybe(number), snr_db=maybe(number),
)  # fmt: skip
uplinks = st.builds(
    Uplink, id=st.text("0123456789abcdef", min_size=32, max_size=32), revision=st.integers(0, 2**62), device=text,
    bearer=st.sampled_from(BEARERS), network=text, observed_at=instant, received_at=instant, ingested_at=instant,
    session=maybe(text), f_cnt=maybe(instant), f_port=maybe(small), payload=maybe(st.binary(max_size=300)),
    raw=maybe(st.builds(RawPosition, text, small, instant)), codec=st.builds(CodecRef, text, text, text),
    firmware=maybe(text), readings=st.lists(reading, max_size=8).map(tuple),
    extras=st.dictionaries(text, text, max_size=3),
    radio=maybe(radio), cell=maybe(cell), warnings=st.lists(text, max_size=3).map(tuple),
)  # fmt: skip

_now = st.integers(1_600_000_000_000, 1_900_000_000_000)
_plain_reading = st.builds(Reading, st.integers(0, 300), st.integers(0, 8), number)
_short = st.text(max_size=15)
usual_uplinks = st.builds(
    Uplink, id=st.text("0123456789abcdef", min_size=32, max_size=32), revision=st.just(0), device=_short,
    bearer=st.sampled_from(BEARERS), network=_short, observed_at=_now, received_at=_now, ingested_at=_now,
    session=maybe(_short), f_cnt=maybe(st.integers(0, 2**32 - 1)), f_port=maybe(st.integers(0, 255)),
    payload=maybe(st.binary(max_size=300)), raw=st.none(), codec=st.builds(CodecRef, _short, _short, _short),
    firmware=st.none(), readings=st.lists(_plain_reading, max_size=8).map(tuple),
    extras=st.dictionaries(_short, _short, max_size=3),
    radio=maybe(
        st.builds(
            Radio, gateways=st.tuples(st.builds(Gateway, _short, st.integers(-200, 50), number)),
            dr=st.integers(0, 15), sf=st.integers(5, 12), frequency_hz=st.integers(400_000_000, 1_000_000_000),
            airtime_ms=number, esp_dbm=number, margin_db=number,
        )
    ),
    cell=st.none(), warnings=st.just(()),
)  # fmt: skip
"""Uplinks as nearly all are."""
