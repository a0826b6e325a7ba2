"""The local channel's page, and what machines may ask about the service."""
