"""One file per payload family: bytes to readings."""
