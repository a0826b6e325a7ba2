"""Which of the gateway's connections this process holds."""

from dataclasses import dataclass

from pipeline.domain.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Shards:
    """`count` connections for all servers together, None for as many as Discord advises; `ids` are ours, () for all."""

    count: int | None
    ids: tuple[int, ...] = ()

    @property
    def has_first(self) -> bool:
        """Whether the first one is ours: it hears direct messages, and its process does what is done once."""
        return not self.ids or 0 in self.ids


def shards_in(setting: str) -> Shards | None:
    """The shards that a setting names: `auto`, `4` (all four) or `0,1/4` (two of four); None for a plain connection.

    Raises SettingsError.
    """
    if not setting:
        return None
    if setting == "auto":
        return Shards(None)
    ours, _, total = setting.rpartition("/")
    ids = tuple(sorted({int(number) for number in ours.split(",") if number}))
    count = int(total)
    if count < 1 or any(number >= count for number in ids):
        raise SettingsError(
            f"PODSIFT_DISCORD_SHARDS is wrong: “{setting}” names a shard that is not there. Shards are counted from 0: "
            "“0,1/4” are the first two of four."
        )
    return Shards(count, ids)
