"""Connectors: one file per kind of source; each registers itself (vigie.streams.connector)."""
