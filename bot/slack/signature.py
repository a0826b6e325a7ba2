"""Slack's signature on a request: made with our secret, of now, and of a request not handled before."""

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

_TOLERANCE: Final = 300
"""Seconds that Slack's clock and ours may differ, and so long a request could be sent again by a stranger."""
_REMEMBERED: Final = 20_000


class Verdict(Enum):
    """What a signature says about a request."""

    GENUINE = "genuine"
    REPEATED = "repeated"
    """Genuine, and handled already."""
    REFUSED = "refused"


class Signatures:
    """Judges signatures of version v0 and remembers those whose request was handled."""

    def __init__(self, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._secret: Final = secret.encode()
        self._clock = clock
        self._handled: OrderedDict[str, float] = OrderedDict()

    def judge(self, body: bytes, headers: Mapping[str, str]) -> Verdict:
        """What to do with a request with this body; header names in lower case."""
        stamp, given = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):  # noqa: PLR2004  seconds until the year 33000
            return Verdict.REFUSED
        if abs(self._clock() - int(stamp)) > _TOLERANCE:
            return Verdict.REFUSED
        right = self._signature(stamp, body)
        # As bytes: compare_digest refuses text that is not ASCII.
        if not hmac.compare_digest(right.encode(), given.encode("utf-8", "replace")):
            return Verdict.REFUSED
        return Verdict.REPEATED if right in self._handled else Verdict.GENUINE

    def handled(self, headers: Mapping[str, str]) -> None:
        """The genuine request with these headers was handled; before that, Slack may send it again."""
        now = self._clock()
        self._handled[headers.get("x-slack-signature", "")] = now
        while self._handled and (
            len(self._handled) > _REMEMBERED or next(iter(self._handled.values())) < now - 2 * _TOLERANCE
        ):
            self._handled.popitem(last=False)

    def _signature(self, stamp: str, body: bytes) -> str:
        signed = b"v0:" + stamp.encode() + b":" + body
        return f"v0={hmac.new(self._secret, signed, hashlib.sha256).hexdigest()}"
