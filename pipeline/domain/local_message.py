"""A message of the local channel: what the page on this machine shows."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LocalMessage:
    """A post of the local channel. `key` is its marker, `body` JSON text that the page knows how to show."""

    number: int
    key: str
    channel_id: str
    body: str
    posted: datetime
