"""Qualify's reader of uplinks finds what the general reader finds, for usual uplinks and for any."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from topics_strategies import uplinks, usual_uplinks

from vigie.streams.core.qualify import uplink_facts
from vigie.topics.uplink_encoder import UplinkEncoder

ENCODER = UplinkEncoder("uplinks.lora.v1")


@given(st.one_of(uplinks, usual_uplinks))
@settings(max_examples=150, deadline=None)
def test_the_same_facts_as_the_general_way(uplink):
    value = ENCODER.encode(uplink)
    assert uplink_facts.read(value) == uplink_facts._general(value)


@given(usual_uplinks, st.integers(0, 2**40))
@settings(max_examples=50, deadline=None)
def test_a_usual_uplink_takes_the_quick_way(uplink, revision):
    assert uplink_facts._read(ENCODER.encode(msgspec.structs.replace(uplink, revision=revision)))
