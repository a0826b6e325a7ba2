"""The heart: from a feed to insights, a digest and an answer. Start at `flows.py`."""
