"""Bytes to words: envelopes of the networks, payload decoders."""
