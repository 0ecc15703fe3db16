"""What `vigie quality` can do: each module's `command`, under the module's name."""
