"""The builds of the index, opened: which one answers, which ones a change must reach, and a rebuild beside them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace

from pipeline.domain.errors import IndexUnavailable
from vectorstore.builds import Build, Register, Standing, new_build
from vectorstore.vectors import VectorIndex
from vectorstore.words import WordIndex


@dataclass(frozen=True, slots=True)
class Volume:
    """One build with its two halves."""

    build: Build
    words: WordIndex
    vectors: VectorIndex


class Shelf:
    """Every method raises IndexUnavailable. `version` is that of the vectors this program makes."""

    def __init__(
        self,
        register: Register,
        *,
        words: Callable[[Build], WordIndex],
        vectors: Callable[[Build], VectorIndex],
        version: str,
    ) -> None:
        self._register = register
        self._words = words
        self._vectors = vectors
        self._version = version
        self._open: dict[str, Volume] = {}
        self._readers: Counter[str] = Counter()
        self._reader_left = asyncio.Condition()

    def is_ours(self, volume: Volume) -> bool:
        """Whether its vectors can be compared with those this program makes."""
        return volume.build.version == self._version

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Volume]:
        """The build that answers; it stays for as long as the block runs (in this process)."""
        volume = self._volume((await self._standing()).current)
        self._readers[volume.build.name] += 1
        try:
            yield volume
        finally:
            self._readers[volume.build.name] -= 1
            async with self._reader_left:
                self._reader_left.notify_all()

    async def is_current(self, volume: Volume) -> bool:
        """Whether the build still answers."""
        return (await self._standing()).current == volume.build

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[tuple[Volume, ...]]:
        """The only right to change the index, and the builds that a change must reach: one, or two in a rebuild."""
        await self._standing()
        async with self._register.turn():
            standing = await self._register.read() or await self._start()
            yield tuple(self._volume(build) for build in standing.live)

    @asynccontextmanager
    async def rebuilding(self, is_sound: Callable[[Volume], Awaitable[bool]]) -> AsyncIterator[Volume]:
        """A build that takes over when the block ends well, and waits for the next rebuild when it does not.

        It is what an interrupted rebuild left if it `is_sound`, else an empty one. Raises IndexUnavailable when
        somebody else is rebuilding.
        """
        await self._standing()
        async with self._register.alone():
            volume = await self._begun(is_sound) or await self._begin()
            yield volume
            await self._change(_switched)
            await self._sweep()

    def alone(self) -> AbstractAsyncContextManager[None]:
        """The only right to fill or rebuild the index. Raises IndexUnavailable when somebody else has it."""
        return self._register.alone()

    async def was_cut(self) -> bool:
        """Whether a rebuild was begun that nobody goes on with."""
        if (await self._standing()).following is None:
            return False
        try:
            async with self._register.alone():
                return True
        except IndexUnavailable:
            return False

    async def tidy(self) -> None:
        """Throw away builds that nobody needs any more, unless a rebuild is going on."""
        with suppress(IndexUnavailable):
            async with self._register.alone():
                await self._sweep()

    async def close(self) -> None:
        """Let go of all builds."""
        for volume in self._open.values():
            await volume.vectors.close()
            await volume.words.close()
        self._open.clear()

    async def _standing(self) -> Standing:
        """The first call of all makes an empty build."""
        standing = await self._register.read()
        if standing is None:
            async with self._register.turn():
                standing = await self._register.read() or await self._start()
        return standing

    async def _start(self) -> Standing:
        """The first build. Without a server for its vectors it begins with words alone, and `check` asks for more."""
        volume = self._volume(new_build(self._version))
        await volume.words.create()
        with suppress(IndexUnavailable):
            await volume.vectors.create()
        standing = Standing(volume.build)
        await self._register.write(standing)
        return standing

    def _volume(self, build: Build) -> Volume:
        if build.name not in self._open:
            self._open[build.name] = Volume(build, self._words(build), self._vectors(build))
        return self._open[build.name]

    async def _change(self, change: Callable[[Standing], Standing]) -> None:
        async with self._register.turn():
            standing = await self._register.read()
            if standing is not None:
                await self._register.write(change(standing))

    async def _begun(self, is_sound: Callable[[Volume], Awaitable[bool]]) -> Volume | None:
        """The caller is the only one who may rebuild, so a build that is being filled now was left by somebody."""
        following = (await self._standing()).following
        if following is None:
            return None
        volume = self._volume(following)
        async with self._register.turn():
            if self.is_ours(volume) and await is_sound(volume):
                return volume
        await self._change(_abandoned)
        await self._sweep()
        return None

    async def _begin(self) -> Volume:
        volume = self._volume(new_build(self._version))
        # To be thrown away until it is there: whatever a crash leaves of it is known.
        await self._change(lambda standing: replace(standing, stale=(*standing.stale, volume.build)))
        await volume.words.create()
        await volume.vectors.create()
        await self._change(lambda standing: replace(_without(standing, volume.build), following=volume.build))
        return volume

    async def _sweep(self) -> None:
        standing = await self._register.read()
        for build in () if standing is None else standing.stale:
            with suppress(IndexUnavailable):
                await self._discard(build)

    async def _discard(self, build: Build) -> None:
        async with self._reader_left:
            await self._reader_left.wait_for(lambda: not self._readers[build.name])
        volume = self._volume(build)
        await volume.vectors.discard()
        await volume.words.discard()
        del self._open[build.name]
        await self._change(lambda standing: _without(standing, build))


def _switched(standing: Standing) -> Standing:
    if standing.following is None:
        raise IndexUnavailable("The rebuild was given up by somebody else.")
    return Standing(standing.following, None, (*standing.stale, standing.current))


def _abandoned(standing: Standing) -> Standing:
    if standing.following is None:
        return standing
    return replace(standing, following=None, stale=(*standing.stale, standing.following))


def _without(standing: Standing, build: Build) -> Standing:
    return replace(standing, stale=tuple(other for other in standing.stale if other != build))
