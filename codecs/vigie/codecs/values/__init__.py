"""What bodies that hold values, and no payload, share: rows of files, SenML records, their instants and units."""
