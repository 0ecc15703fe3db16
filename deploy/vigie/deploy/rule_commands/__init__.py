"""The commands of `vigie rules`, one file each."""
