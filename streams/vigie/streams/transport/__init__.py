"""Faust on Kafka, used so that nothing is lost and nothing doubled: batches in, confirmed batches out."""
