"""Counts of passages: by window and channel, typical days, and which share goes which way."""
