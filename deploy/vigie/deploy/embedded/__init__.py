"""Real servers without an installation: Apache Kafka from its jars, PostgreSQL from a wheel."""
