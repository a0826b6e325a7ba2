"""Which build of the index is in use, and who may write: a new build is filled beside the old one and takes over."""

import json
import secrets
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Build:
    """One complete index. `name` is twelve hex digits; `version` names the embedding and the chunking."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The build that answers, the one that is being filled (None: none is), and those that can be thrown away."""

    current: Build
    following: Build | None = None
    stale: tuple[Build, ...] = ()

    @property
    def live(self) -> tuple[Build, ...]:
        """The builds that every change must reach."""
        return (self.current,) if self.following is None else (self.current, self.following)


class Register(Protocol):
    """Remembers the standing for everybody who uses the index. All methods raise IndexUnavailable."""

    async def read(self) -> Standing | None:
        """The standing; None when there is no build yet, or none that can be read."""
        ...

    async def write(self, standing: Standing) -> None:
        """Replace the standing, as a whole. The caller has the turn."""
        ...

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Wait for the only right to change the index; it ends with the process, however that ends."""
        ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """The only right to rebuild; raises IndexUnavailable at once when somebody else has it."""
        ...


def new_build(version: str) -> Build:
    """A build with a name that nobody has used, on a shared server neither."""
    return Build(secrets.token_hex(6), version)


def to_json(standing: Standing) -> str:
    """How a standing is stored."""
    return json.dumps(asdict(standing))


def from_json(text: str) -> Standing | None:
    """The inverse of `to_json`; None for anything else."""
    try:
        data = json.loads(text)
        following = data["following"]
        return Standing(
            current=Build(**data["current"]),
            following=None if following is None else Build(**following),
            stale=tuple(Build(**build) for build in data["stale"]),
        )
    except (ValueError, TypeError, KeyError):
        return None
