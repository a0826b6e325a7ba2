"""Whether the two halves of a build agree, and what can be mended where they do not."""

from vectorstore.shelf import Volume
from vectorstore.vectors import IndexDamaged


async def examine(volume: Volume, *, thorough: bool) -> None:
    """Drop what belongs to no whole episode; one that lacks vectors is whole no more, and will be added again.

    `thorough` reads through all rows too. Raises IndexDamaged, or IndexUnavailable when a half does not answer.
    A server may still do what it was asked by a process that has died, after the first look at what that one left.
    """
    if thorough:
        await volume.words.check()
    held = await volume.words.holdings()
    await volume.vectors.forget([holding.episode_id for holding in held if not holding.whole])
    whole = {holding.episode_id: (holding.chunks, holding.insights) for holding in held if holding.whole}
    uneven = await volume.vectors.check(whole)
    if uneven:
        await volume.words.mark(sorted(uneven & whole.keys()), whole=False)
        await volume.vectors.forget(sorted(uneven))


async def is_sound(volume: Volume) -> bool:
    """Whether the build can be used, after what `examine` mends. Raises IndexUnavailable when it does not answer."""
    try:
        await examine(volume, thorough=True)
    except IndexDamaged:
        return False
    return True
