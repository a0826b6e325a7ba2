"""The daily post, and its explanation line by line."""

from datetime import date
from itertools import product
from typing import Final

from bot.texts import phrases
from bot.texts.hints import with_commands
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
    full_length,
    shown_length,
    text,
)
from bot.texts.reading import counted, shortened, unrepeated, weekday
from bot.texts.sources import source_of
from pipeline.domain.choice.scoring import WEIGHTS
from pipeline.domain.choice.selection import GOOD_ENOUGH, MOST
from pipeline.domain.digest import Digest, Label, Passed, Pick, delivery_key
from pipeline.domain.insight import Author

LONGEST_POST: Final = 2_800
"""Characters a reader sees in one post."""
LONGEST_WITH_LINKS: Final = 3_900
"""The same with the addresses behind the links: a little less than the narrowest platform carries."""
CARD: Final = "card"
"""The verb of the buttons that open an insight's card; the key is the insight's id."""
_SCORED: Final = "A score multiplies six parts from 0 to 1, by weight: " + ", ".join(
    f"{name} {weight:.0%}" for name, weight in WEIGHTS.items()
) + "."  # fmt: skip
_BODIES: Final = (480, 400, 340, 280, 220, 160, 100, 60)
_HREFS: Final = (2_000, 400, 250, 150, 0)
_HEADLINE: Final = 180
"""Twelve words have about ninety characters; what is longer than twice that is no headline."""


def digest_post(digest: Digest, *, hint: str = phrases.PRESS_OR_ASK) -> Message:
    """The post of a day, within both lengths: links, then bodies give way, a claim never does.

    `hint` is the last line; it tells what can be done on this surface. A digest without picks says why.
    """
    if not digest.picks:
        return _empty_post(digest)
    tries = (_post(digest, hint, body=body, href=href) for body, href in product(_BODIES, _HREFS))
    return next(post for post in tries if _fits(post))


def explained_digest(digest: Digest, *, listed: int = 40) -> Message:
    """Why these and why not the others: every pick with the parts of its score, then up to `listed` passed ones."""
    blocks: list[Block] = [Heading(text(f"Why these, on {weekday(digest.day)}"))]
    blocks.append(Small(text(phrases.coverage(digest, most=MOST) if digest.picks else phrases.why_empty(digest))))
    blocks.append(Small(text(f"{_SCORED} Under {GOOD_ENOUGH} nothing is posted.")))
    for pick in digest.picks:
        blocks += _explained(pick)
    if digest.passed:
        blocks.append(Heading(text(f"{counted(len(digest.passed), 'insight')} passed over")))
        blocks.append(Bullets(tuple(_explained_passed(passed) for passed in digest.passed[:listed])))
    if len(digest.passed) > listed:
        blocks.append(Small(text(f"and {len(digest.passed) - listed:,} more")))
    return Message(tuple(blocks), f"Why these, on {weekday(digest.day)}")


def unposted_reply(day: date) -> Message:
    """To whoever looks for the post of an earlier day that had none."""
    sentence = f"Nothing was posted on {weekday(day)}."
    return Message((Paragraph(text(sentence)),), sentence)


def _empty_post(digest: Digest) -> Message:
    title = phrases.empty_title(digest.day)
    blocks = (Heading(text(title)), Paragraph(text(phrases.why_empty(digest))))
    return Message(blocks, title, delivery_key(digest.channel_id, digest.day))


def _post(digest: Digest, hint: str, *, body: int, href: int) -> Message:
    blocks: list[Block] = [Heading(text(phrases.digest_title(len(digest.picks), digest.day)))]
    notes = (phrases.coverage(digest, most=MOST), phrases.picked_passages(digest.picks))
    blocks.append(Small(text(" ".join(note for note in notes if note))))
    for pick in digest.picks:
        blocks += [Divider(), *_item(pick, body=body, href=href)]
    buttons = (Button(str(pick.number), f"{CARD}:{pick.candidate.insight.id}") for pick in digest.picks)
    blocks += [Divider(), Buttons(tuple(buttons)), Small(with_commands(hint))]
    return Message(
        tuple(block for block in blocks if not isinstance(block, Small) or block.text),
        _headline(digest.picks[0]),
        delivery_key(digest.channel_id, digest.day),
        tuple(dict.fromkeys(topic for pick in digest.picks for topic in pick.candidate.insight.topics)),
    )


def _fits(post: Message) -> bool:
    return shown_length(post) <= LONGEST_POST and full_length(post) <= LONGEST_WITH_LINKS


def _item(pick: Pick, *, body: int, href: int) -> tuple[Block, ...]:
    insight = pick.candidate.insight
    label = phrases.label(pick)
    source = source_of(pick.candidate, longest_href=href)
    is_extract = insight.author is Author.EXTRACT
    words = text(shortened(unrepeated(insight.body, insight.headline) if is_extract else insight.body, body))
    # An extract is somebody's speech, and looks like it; a model's sentences are ours.
    said = Quote(words) if is_extract else Paragraph(words)
    return (
        Paragraph(text(bold(f"{pick.number}. {_headline(pick)}"))),
        *((said,) if words else ()),
        Small(text(bold(label), " · ", source) if label else source),
    )


def _headline(pick: Pick) -> str:
    return shortened(pick.candidate.insight.headline, _HEADLINE)


def _explained(pick: Pick) -> tuple[Block, ...]:
    lines = tuple(text(f"{part.name} {part.value:.2f} – {part.why}") for part in pick.parts)
    notes = [phrases.label(pick) if pick.label is not Label.ALSO_ON else ""]
    notes.append(f"Also on {', '.join(pick.also_on)}" if pick.also_on else "")
    said = " · ".join(note for note in notes if note)
    return (
        Paragraph(text(bold(f"{pick.number}. {_headline(pick)}"), f" – score {pick.score:.2f}")),
        Bullets(lines),
        Small(text(said, " · " if said else "", source_of(pick.candidate))),
    )


def _explained_passed(passed: Passed) -> Text:
    return text(shortened(passed.headline, _HEADLINE), f" – {passed.score:.2f}. {passed.reason}")
