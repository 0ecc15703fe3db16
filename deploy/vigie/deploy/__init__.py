"""How it runs: command line, embedded services, supervisor, demo."""
