"""Makers' own JavaScript codecs, run in worker processes: read as files, bounded in time, memory and stack."""
