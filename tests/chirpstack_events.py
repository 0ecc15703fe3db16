"""A ChirpStack v4 event, and what can be wrong with one."""

import json

from hypothesis import strategies as st

EUI = "24e124136b000001"
EVENT = {
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2026-11-23T10:00:01.123456+00:00",
    "deviceInfo": {"devEui": EUI, "deviceProfileName": "Milesight EM310-UDL", "tags": {"commune": "13055"}},
    "devAddr": "00D20001",
    "dr": 5,
    "fCnt": 7,
    "fPort": 85,
    "data": "AXVc",
    "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -97, "snr": 7.5}, {"gatewayId": "b", "rssi": -60, "snr": -2}],
    "txInfo": {"frequency": 868300000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7}}},
}


def body(drop: str = "", **changes) -> bytes:
    """The event without one field, with others changed."""
    event = {name: value for name, value in EVENT.items() if name != drop} | changes
    return json.dumps(event).encode()


def info(**changes) -> dict:
    """Its deviceInfo with fields changed."""
    return EVENT["deviceInfo"] | changes


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(
    ["AXVc", EUI, "00d20001", "\ud800", "\x00", -1, 2**31, 2**32, 2**63, 10**30, 1e308, "2026-11-23T10:00:00Z"]
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@st.composite
def mutated(draw):
    """An event with fields changed at any depth, then with bytes of its text changed."""
    event = json.loads(body())
    for _ in range(draw(st.integers(1, 3))):
        inner = event
        while True:
            name = draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
            deeper = inner[name]
            if isinstance(deeper, dict | list) and deeper and draw(st.booleans()):
                inner = deeper
                continue
            if isinstance(inner, dict) and draw(st.integers(0, 4)) == 0:
                del inner[name]
            else:
                inner[name] = draw(anything)
            break
        if not event:
            break
    text = bytearray(json.dumps(event).encode())
    for _ in range(draw(st.integers(0, 2))):
        text[draw(st.integers(0, len(text) - 1))] = draw(st.integers(0, 255))
    return bytes(text)
