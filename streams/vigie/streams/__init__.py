"""Decisions: pure core, thin steps, sinks, and Faust on Kafka."""
