"""Containers: their filling, when they were emptied, when they will be full."""
