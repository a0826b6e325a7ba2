"""The private card of one insight: what was said, around what, and who says so too."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bot.texts import phrases
from bot.texts.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Divider,
    Heading,
    Message,
    Paragraph,
    Quote,
    Small,
    Text,
    bold,
    text,
)
from bot.texts.minute import minute
from bot.texts.reading import shortened
from bot.texts.sources import source_of, speaker_of
from pipeline.domain.digest import Candidate
from pipeline.domain.insight import Author
from pipeline.domain.transcript import Basis, Segment

UP: Final = "up"
DOWN: Final = "down"
SAVE: Final = "save"
REPORT: Final = "report"
WHY: Final = "why-"
"""The verb of a reason's button is this and the reason's name."""
REASONS: Final = MappingProxyType(
    {
        "known": "Not new to us",
        "dull": "Not interesting",
        "unclear": "Hard to understand",
        "wrong": "Not what was said",
    }
)
"""What can be said against an insight, by its name."""
NO_OBJECTIONS: Final[Mapping[str, int]] = MappingProxyType({})
_QUOTE: Final = 700
_RELATED: Final = 3


def insight_card(
    candidate: Candidate,
    *,
    around: Sequence[Segment] = (),
    related: Sequence[Candidate] = (),
    basis: Basis | None = None,
    objections: Mapping[str, int] = NO_OBJECTIONS,
) -> Message:
    """An insight with its evidence.

    `around` is what was said in the minute around the quote, `related` the same topic on other shows, nearest
    first; `objections` counts members by their reason. The buttons vote and save, by the insight's id.
    """
    insight = candidate.insight
    blocks: list[Block] = [Heading(text(insight.headline))]
    if insight.author is Author.MODEL and insight.body:
        blocks.append(Paragraph(text(insight.body)))
    blocks.append(Quote(_quoted(candidate)))
    blocks.append(Small(source_of(candidate)))
    said_around = minute(around, quote=insight.quote)
    if said_around:
        blocks += [Paragraph(text(bold("A minute around it"))), *said_around]
    if related:
        lines = tuple(text(one.insight.headline, " – ", *source_of(one)) for one in related[:_RELATED])
        blocks += [Paragraph(text(bold("On other shows"))), Bullets(lines)]
    blocks += [Divider(), Small(text(phrases.basis(insight, basis)))]
    said = ", ".join(f"{REASONS[name].lower()} ({count})" for name, count in objections.items() if name in REASONS)
    if said:
        blocks.append(Small(text(f"Members here say: {said}.")))
    blocks.append(
        Buttons((_vote("👍", UP, insight.id), _vote("👎", DOWN, insight.id), _vote("Save", SAVE, insight.id)))
    )
    return Message(tuple(blocks), insight.headline)


def reason_buttons(insight_id: str) -> Buttons:
    """One button for each reason."""
    return Buttons(tuple(Button(label, f"{WHY}{name}:{insight_id}") for name, label in REASONS.items()))


def _quoted(candidate: Candidate) -> Text:
    speaker = speaker_of(candidate.insight)
    said = f"“{shortened(candidate.insight.quote, _QUOTE)}”"
    return text(said, f" – {speaker}" if speaker else "")


def _vote(label: str, verb: str, insight_id: str) -> Button:
    return Button(label, f"{verb}:{insight_id}")
