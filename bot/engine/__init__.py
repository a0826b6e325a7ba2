"""Durable work: the only place that knows DBOS."""
