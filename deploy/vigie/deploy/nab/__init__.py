"""The Numenta Anomaly Benchmark: its series and labels, its scoring, yardsticks, tables."""
