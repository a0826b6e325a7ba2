"""Slack: a pure renderer, a messenger for digests, listeners behind a durable inbox, and the socket they hear on."""
