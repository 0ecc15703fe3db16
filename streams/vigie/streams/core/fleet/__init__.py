"""Decisions about the fleet, pure: what is wrong with a statement, what it changes, what holds at an instant."""
