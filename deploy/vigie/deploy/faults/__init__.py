"""Faults put into clean series, and how many of them the tests of quality find (`vigie faults bench`)."""
