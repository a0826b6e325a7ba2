"""The reply about one episode: its insights with their quotes, and what did not pass."""

from collections import Counter
from typing import Final

from bot.shapes.insights import EpisodeInsightsShape, FoundInsightShape, RejectedShape
from bot.texts.message import Block, Bullets, Heading, Message, Paragraph, Quote, Small, Text, bold, link, text
from bot.texts.reading import clock, counted, shortened

_QUOTE: Final = 300
_SHOWN: Final = 40
"""Rejected proposals told one by one; the others are counted."""


def episode_insights_reply(found: EpisodeInsightsShape, *, with_rejected: bool) -> Message:
    """The insights in force; with `with_rejected` also the proposals that fell, and why."""
    title = shortened(found.title, 120)
    source = Small(text(f"{found.feed_title} · {found.published:%d %b %Y} · {found.episode}"))
    blocks: list[Block] = [Heading(text(title)), source]
    for number, insight in enumerate(found.insights, start=1):
        blocks += _insight(number, insight)
    if not found.insights:
        blocks.append(Paragraph(text(_nothing(found, with_rejected=with_rejected))))
    if with_rejected and (found.insights or found.rejected):
        blocks += _rejected(found.rejected)
    return Message(tuple(blocks), f"{counted(len(found.insights), 'insight')} of {title}")


def _insight(number: int, insight: FoundInsightShape) -> tuple[Block, ...]:
    at = [link(f"▶ {clock(insight.start)}", insight.url)] if insight.start is not None else []
    about = [insight.kind if insight.author == "model" else "a picked passage", *insight.topics]
    about += [insight.speaker] if insight.speaker else []
    line = " · ".join([*about, ""] if at else about)
    said = (Quote(text(f"“{shortened(insight.quote, _QUOTE)}”")),) if insight.author == "model" else ()
    return (
        Paragraph(text(bold(f"{number}. {insight.headline}"))),
        Paragraph(text(insight.body)),
        *said,
        Small(text(line, *at)),
    )


def _nothing(found: EpisodeInsightsShape, *, with_rejected: bool) -> str:
    if found.state != "ready":
        return f"This episode is {found.state}; there are no insights of it yet."
    if found.rejected:
        return "Nothing of this episode passed the gate."
    return "No claim was found in it." if with_rejected else "No insight came of it."


def _rejected(rejected: tuple[RejectedShape, ...]) -> list[Block]:
    if not rejected:
        return [Paragraph(text("Nothing was rejected."))]
    counts = Counter(one.reason for one in rejected).most_common()
    head = Paragraph(text(bold("Rejected: "), ", ".join(f"{reason} {number}" for reason, number in counts)))
    more = [Small(text(f"and {len(rejected) - _SHOWN} more"))] if len(rejected) > _SHOWN else []
    return [head, Bullets(tuple(map(_fallen, rejected[:_SHOWN]))), *more]


def _fallen(one: RejectedShape) -> Text:
    detail = f" ({shortened(one.detail, 120)})" if one.detail else ""
    return text(bold(one.reason), f"{detail} – {shortened(one.headline, 160)}")
