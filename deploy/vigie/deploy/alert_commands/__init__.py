"""The commands of `vigie alerts`: one file each."""
