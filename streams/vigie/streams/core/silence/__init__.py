"""Who has fallen silent, and how sure that is (docs/silence.md)."""
