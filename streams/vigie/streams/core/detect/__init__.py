"""Abnormal values: how a rule is stated, judged and held."""
