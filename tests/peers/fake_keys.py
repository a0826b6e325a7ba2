"""FeedKeys in a dict."""


class FakeKeys:
    """Knows what opens some feeds."""

    def __init__(self, keys: dict[str, str] | None = None) -> None:
        self._keys = dict(keys or {})

    async def get(self, feed_id: str) -> str | None:
        return self._keys.get(feed_id)

    async def put(self, feed_id: str, credentials: str) -> None:
        self._keys[feed_id] = credentials
