"""The fleet in PostgreSQL and on `fleet.v1`."""
