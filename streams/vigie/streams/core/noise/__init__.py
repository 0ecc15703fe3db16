"""Noise: levels in dB(A), their means of energy, their distribution, the Harmonica index."""
