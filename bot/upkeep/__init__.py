"""Looking after an installation: backup, migration, the index, the doctor."""
