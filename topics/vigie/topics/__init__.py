"""The words: record types, units and properties, Avro schemas, topic catalogue."""
