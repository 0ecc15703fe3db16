"""The agents: each reads, calls the core, and sends what it returns."""
