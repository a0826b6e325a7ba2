"""The shapes of `podsift status`: what waits, runs and failed, what is kept, and what models cost."""

from bot.shapes.commands import ChannelShape, EpisodeFailureShape, FeedFailureShape, Shape


class SpendingShape(Shape):
    """What hosted models cost, in dollars; days and months are those of UTC, caps are null without a limit.

    `an_episode` is what one took on the average this month, null when none was read. `problem` is empty, or says why
    the model is not called now.
    """

    model: str
    today: float
    month: float
    daily_cap: float | None
    monthly_cap: float | None
    episodes: int
    an_episode: float | None
    tokens: int
    problem: str


class StatusShape(Shape):
    """`podsift status`: what waits, runs and failed, and why. `spending` is for the owner, null without a model.

    `keep_days` is how long words are kept (0: for ever), `forgotten` the episodes of which only titles are left.
    """

    feeds: int
    unread_feeds: tuple[FeedFailureShape, ...]
    ready: int
    waiting: int
    held: int
    failed: tuple[EpisodeFailureShape, ...]
    insights: int
    indexed_episodes: int
    passages: int
    channels: tuple[ChannelShape, ...]
    service: bool
    processes: tuple[str, ...] = ()
    """The names of the processes that run, where several share a PostgreSQL; told to the owner."""
    paused: tuple[str, ...] = ()
    """Why episodes wait for a part of ours, a sentence for each reason; told to the owner."""
    spending: SpendingShape | None = None
    keep_days: int = 0
    forgotten: int = 0
    index_problem: str = ""
    """Why searches go by words alone, or nothing; told to the owner."""
    key_problem: str = ""
    """What our key does not open of what is private, or nothing; told to the owner."""
    overdue: tuple[str, ...] = ()
    """What the asked process should have done long ago, a sentence for each; told to the owner."""
