"""Windows of points as the owner of a partition makes them, from the readings of the last day that it remembers."""
