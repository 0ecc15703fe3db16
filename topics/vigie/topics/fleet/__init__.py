"""The fleet: what is known of the sensors, where they stand, who answers for them. Words only; rules are elsewhere."""
