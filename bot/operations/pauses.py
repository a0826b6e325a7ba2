"""What waits for a part of ours, such as the language model's cap."""

from bot.app import App
from bot.texts.wording import pause_sentence


async def pauses(app: App) -> tuple[str, ...]:
    """A sentence for each reason; none while the engine does not run."""
    if not app.engine.is_running:
        return ()
    found = await (await app.engine.get()).paused()
    return tuple(pause_sentence(each.reason, episodes=each.episodes, until=each.until) for each in found)
