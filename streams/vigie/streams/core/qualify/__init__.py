"""Qualify: what a point remembers, and the flags of its values."""
