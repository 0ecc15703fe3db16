"""One file per kind of fleet object; each ends in `register(...)`."""
