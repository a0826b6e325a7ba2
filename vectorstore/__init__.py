"""The index: makes transcripts searchable; it is a cache that the catalogue can rebuild."""
