"""What `vigie fleet` can do: each module's `command`, under the module's name."""
