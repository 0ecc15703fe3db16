"""How pages of indicators name what several of them come from."""

REPORT_FR = "Cerema, expérimentation de métropole connectée Aix-Marseille-Provence, rapport V5.0 de janvier 2026"
"""The report that asks for the use cases and their indicators; its leaves (« fiches ») are named beside it."""
