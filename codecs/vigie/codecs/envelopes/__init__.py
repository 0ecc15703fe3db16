"""One file per network server: its message to a Frame."""
