"""Sinks: topics to a place outside Kafka, with the sink's own offsets kept there."""
