"""What `vigie indicators` can do: each module's `command`, under the module's name."""
