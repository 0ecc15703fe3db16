"""What leaves: exports, pages, the schema registry."""
