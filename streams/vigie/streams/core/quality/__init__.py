"""Quality tests, one file each: pure functions on arrays."""
