"""Alarms: what explains what, and the life of each alert."""
