"""A comparison campaign for people and for programs: figures as text and as JSON, and the conversion to apply."""

import json
from math import isnan
from typing import Any

from vigie.serving.audit_text import share_text, subject_text
from vigie.serving.comparison_words import COMPARISON_WORDS
from vigie.serving.wording import number_text, reading_text, utc_text
from vigie.streams.sinks.comparison_queries import Compared
from vigie.topics.property import BY_NAME

DIGITS = 6


def figures(found: Compared, language: str) -> list[tuple[str, str]]:
    """Label and value of each figure."""
    words, agreed = COMPARISON_WORDS[language], found.agreement
    if agreed is None:
        return [(words["n"], "0"), (words["left_out"], str(found.left_out))]
    low, high = agreed.bias_low, agreed.bias_high
    interval = "–" if low is None or high is None else f"[{_amount(low, found, language)} ; "
    return [
        (words["n"], number_text(agreed.n, language)),
        (words["bias"], _amount(agreed.bias, found, language)),
        (words["interval"], interval + (f"{_amount(high, found, language)}]" if high is not None else "")),
        (words["rmse"], _amount(agreed.rmse, found, language)),
        (words["mae"], _amount(agreed.mae, found, language)),
        (
            words["relative_error"],
            "–" if agreed.relative_error is None else share_text(agreed.relative_error, language),
        ),
        (
            words["correlation"],
            "–" if agreed.correlation is None else number_text(round(agreed.correlation, 4), language),
        ),
        (words["left_out"], number_text(found.left_out, language)),
    ]


def conversion(found: Compared) -> dict[str, Any] | None:
    """The fleet object that would bring the point to its reference, as `vigie fleet apply` takes it; None for none."""
    if found.fit is None or found.agreement is None:
        return None
    channel = {"channel": found.channel} if found.channel else {}
    entry = {"id": f"{found.comparison.id}-conversion", "property": found.property} | channel
    return entry | {
        "method": "linear",
        "factor": _rounded(found.fit.factor),
        "offset": _rounded(found.fit.offset),
        "comparison": found.comparison.id,
        "source": f"{found.comparison.id}, n={found.agreement.n}, facteur ± {_rounded(found.fit.factor_error)}, "
        f"décalage ± {_rounded(found.fit.offset_error)}",
    }


def conversion_yaml(entry: dict[str, Any]) -> str:
    """A conversion as an entry of conversion.yaml.

    >>> print(conversion_yaml({"id": "C1-conversion", "factor": 1.25, "source": "C1, n=3"}), end="")
    - id: "C1-conversion"
      factor: 1.25
      source: "C1, n=3"
    """
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in entry.items()]
    return "- " + "\n  ".join(lines) + "\n"


def rows(found: Compared) -> list[dict[str, Any]]:
    """Each interval; value None where it could not be used."""
    columns = zip(found.starts, found.ends, found.values, found.references, found.readings, strict=True)
    return [
        {
            "start_at": utc_text(int(start)),
            "end_at": utc_text(int(end)),
            "value": None if isnan(value) else float(value),
            "reference": None if isnan(reference) else float(reference),
            "readings": int(readings),
        }
        for start, end, value, reference, readings in columns
    ]


def comparison_data(found: Compared) -> dict[str, Any]:
    """A campaign as JSON."""
    return {
        "comparison": found.comparison.id,
        "point": found.point.id,
        "property": found.property,
        "channel": found.channel,
        "unit": BY_NAME[found.property].unit,
        "intervals": rows(found),
        "left_out": found.left_out,
        "agreement": found.agreement._asdict() if found.agreement else None,
        "fit": found.fit._asdict() if found.fit else None,
        "conversion": conversion(found),
        "replaces": list(found.replaces),
        "corrected_by_placement": found.by_placement or None,
    }


def title(found: Compared, language: str) -> str:
    """What was compared, where."""
    subject = found.property + (f"#{found.channel}" if found.channel else "")
    what, code = subject_text(subject, language), found.point.get("code", found.point.id)
    return COMPARISON_WORDS[language]["title"].format(name=found.comparison.id, what=what, point=code)


def _amount(value: float, found: Compared, language: str) -> str:
    return reading_text(BY_NAME[found.property].id, value, language)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
