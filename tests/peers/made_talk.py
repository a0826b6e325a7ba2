"""A short talk about how models forget, and what a model may make of it: good proposals and flawed ones."""

from datetime import UTC, datetime
from typing import Any

from pipeline.domain.audience import PUBLIC
from pipeline.domain.episode import Episode, episode_id
from pipeline.domain.feed import Enclosure, FoundEpisode, Person, feed_id
from pipeline.domain.passage import Passage
from pipeline.domain.transcript import Basis, Segment, Transcript

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://forgetting.example/feed"

SAID = (
    ("Mara Lind", "Welcome back. Today we talk about how models forget, with Tobias Brandt from the Ravel lab."),
    ("Tobias Brandt", "Thanks for having me. Forgetting is the thing everybody sees and hardly anybody measures."),
    ("Mara Lind", "So what did you measure, and what was the surprise in it for you?"),
    (
        "Tobias Brandt",
        (
            "We trained the same model twice, once by imitation and once with rewards. Imitation lost nineteen percent "
            "of the old skills, and reward training lost only four percent, because it moves the weights so little."
        ),
    ),
    ("Mara Lind", "And is that because the reward signal is weaker, or is there something else going on?"),
    (
        "Tobias Brandt",
        (
            "It samples from what the model already does, so every step stays close to the old behaviour. Imitation "
            "drags the model to text it would never have written."
        ),
    ),
    ("Mara Lind", "What would you tell a team that has to fine tune next week and has no time for theory?"),
    (
        "Tobias Brandt",
        (
            "Mix a tenth of the old data into every batch. That alone brought back two thirds of what was lost, and it "
            "costs you nothing but a little disk."
        ),
    ),
    ("Mara Lind", "This episode is brought to you by Kettleworks. Use the code MARA for ten percent off your kettle."),
    ("Mara Lind", "Back to the show. Do people test for this at all before they ship a model?"),
    (
        "Tobias Brandt",
        (
            "Almost nobody keeps the old test set around, so they cannot even see the loss. Keep the tests of the last "
            "three versions and run all of them before you ship anything."
        ),
    ),
)


def talk(*extra: str) -> Transcript:
    """The talk, with further stretches of Tobias Brandt at its end."""
    lines = (*SAID, *(("Tobias Brandt", text) for text in extra))
    segments = (Segment(text, 20.0 * at, 20.0 * at + 19, speaker) for at, (speaker, text) in enumerate(lines))
    return Transcript(tuple(segments), Basis.PUBLISHED, language="en", format="vtt")


def talk_episode(*, summary: str = "How models forget.") -> Episode:
    feed = feed_id(URL, PUBLIC)
    found = FoundEpisode(
        guid="forgetting",
        title="How models forget",
        published=NOW,
        link="https://forgetting.example/1",
        summary=summary,
        enclosures=(Enclosure("https://forgetting.example/1.mp3", "audio/mpeg"),),
        persons=(Person("Mara Lind"), Person("Tobias Brandt", role="guest")),
    )
    return Episode(episode_id(feed, "forgetting"), feed, URL, "Gradient Talk", PUBLIC, found, NOW)


def proposal(**changes: Any) -> dict[str, Any]:
    """A good proposal as a model sends it, with changes."""
    return {
        "headline": "Reward training forgets far less than imitation does",
        "body": "Training a model with rewards cost only four percent of its old skills, while imitation of the same "
        "kind cost nineteen percent. Reward training samples from what the model already does, so every step stays "
        "close to the old behaviour and moves the weights very little.",
        "quote": "Imitation lost nineteen percent of the old skills, and reward training lost only four percent",
        "first_segment": 3,
        "last_segment": 3,
        "kind": "number",
        "topics": ["fine-tuning", "forgetting"],
        "worth": 9,
        "specificity": 8,
    } | changes


def second_proposal(**changes: Any) -> dict[str, Any]:
    """Another good one, from another place."""
    return {
        "headline": "A tenth of old data in every batch undoes most forgetting",
        "body": "Teams that fine tune a model can mix a tenth of the old training data into every batch. Mixing it in "
        "brought back two thirds of the skills that were lost, and it costs no more than a little disk space, so it "
        "needs no theory at all.",
        "quote": "Mix a tenth of the old data into every batch. That alone brought back two thirds of what was lost",
        "first_segment": 7,
        "last_segment": 7,
        "kind": "method",
        "topics": ["fine-tuning"],
        "worth": 6,
        "specificity": 9,
    } | changes


def passages(*, match: float = 0.8) -> tuple[Passage, ...]:
    """The talk's four long stretches as an index finds them."""
    of = talk_episode()
    spoken = [(at, text) for at, (_, text) in enumerate(SAID) if at in {3, 5, 7, 10}]
    return tuple(
        Passage(
            feed_id=of.feed_id,
            feed_url=of.feed_url,
            feed_title=of.feed_title,
            episode_id=of.id,
            episode_title=of.title,
            guid=of.guid,
            text=text,
            start=20.0 * at,
            end=20.0 * at + 19,
            speaker="Tobias Brandt",
            score=0.9,
            match=match,
            published=NOW,
            url=of.moment_url(20.0 * at),
        )
        for at, text in spoken
    )
