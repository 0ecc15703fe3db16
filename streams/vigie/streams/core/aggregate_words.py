"""What reasons, qualities and categories of aggregates are called, for people."""

from vigie.streams.core.quality_words import Said

REASONS = {
    "closed": Said("fenêtre close", "window closed"),
    "late": Said("mesures tardives", "late readings"),
    "corrected": Said("rejeu ou conversion corrigée", "replay or corrected conversion"),
    "quality": Said("qualité revue", "quality seen again"),
    "placement": Said("pose corrigée", "placement corrected"),
    "definition": Said("nouvelle définition", "new definition"),
    "asked": Said("recalcul demandé", "computed again on demand"),
}

QUALITIES = {
    1: Said("bonne", "good"),
    2: Said("en partie non évaluée", "partly not evaluated"),
    3: Said("des mesures laissées de côté", "some readings left out"),
    9: Said("vide", "empty"),
}

CATEGORIES = {
    "green": Said("vert", "green"),
    "yellow": Said("jaune", "yellow"),
    "orange": Said("orange", "orange"),
    "red": Said("rouge", "red"),
    "step_too_long": Said("pas de mesure trop long", "step too long"),
    "step_unknown": Said("pas de mesure inconnu", "step unknown"),
    "clipped": Said("écrêté à 0 ou 100 %", "clipped to 0 or 100 %"),
    "full": Said("plein", "full"),
    "beyond": Said("pas avant longtemps", "not for long"),
    "unknown": Said("inconnu", "unknown"),
    "calm": Said("trop calme pour comparer", "too calm to compare"),
    "agrees": Said("concorde", "agrees"),
    "disagrees": Said("diverge", "disagrees"),
    "no_second": Said("sans seconde source", "no second source"),
    "no_datum": Said("repère inconnu", "datum unknown"),
    "blocked": Said("sens bloqué", "direction blocked"),
    "whole": Said("tous les jours valides", "every day valid"),
    "average_of_averages": Said("moyenne des moyennes", "average of averages"),
    "no_reference": Said("sans référence", "no reference"),
    "incomplete": Said("incomplet", "incomplete"),
    "never": Said("jamais allumé", "never on"),
    "always": Said("toujours allumé", "always on"),
    "unseen": Said("non vu", "not seen"),
    "day_burn": Said("allumé de jour", "on by day"),
    "night_out": Said("éteint de nuit", "out by night"),
    "step": Said("palier", "step"),
    "high": Said("haut", "high"),
    "low": Said("bas", "low"),
    "power_cut": Said("coupure de courant", "power cut"),
    "communication": Said("communication perdue", "communication lost"),
    "no_control": Said("sans zone témoin", "no control zone"),
    "too_few_days": Said("trop peu de jours", "too few days"),
    "replace": Said("pile à remplacer", "battery to be replaced"),
    "useless": Said("sans aucune valeur", "without any value"),
    "ok": Said("sous le quota", "below the quota"),
    "warn": Said("près du quota", "near the quota"),
    "over": Said("au-delà de la limite", "beyond the limit"),
    "silent": Said("muet, sans voisin pour dire pourquoi", "silent, with no neighbour to say why"),
}
"""Names of values; a category that is not here is shown as it is (a datum, say)."""


def reason_text(reason: str, language: str) -> str:
    """Why a revision exists.

    >>> reason_text("late", "fr"), reason_text("otherwise", "fr")
    ('mesures tardives', 'otherwise')
    """
    said = REASONS.get(reason)
    return reason if said is None else said.in_language(language)


def quality_text(quality: int, language: str) -> str:
    """How good a value is.

    >>> quality_text(9, "fr"), quality_text(1, "en")
    ('vide', 'good')
    """
    said = QUALITIES.get(quality)
    return str(quality) if said is None else said.in_language(language)


def category_text(category: str, language: str) -> str:
    """What a value is called.

    >>> category_text("red", "fr"), category_text("NGF", "fr"), category_text("", "fr")
    ('rouge', 'NGF', '')
    """
    said = CATEGORIES.get(category)
    return category if said is None else said.in_language(language)
