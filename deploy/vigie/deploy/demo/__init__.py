"""The demo: a seeded day of a metropolis, its player, and the counts that it must come to."""
