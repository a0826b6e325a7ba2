"""Wishes of a channel: each can be made, changed and taken back, and none is ever in two lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.audience import LOCAL
from pipeline.domain.channel import Channel
from pipeline.domain.choice.wishes import Want, wishes_of
from pipeline.domain.choice.wishing import want_of, with_wish, without_wish, without_wishes
from pipeline.domain.errors import BadInput

CHANNEL = Channel("local:main", LOCAL, "main", more=("agents",), muted=("Crypto",))

topics = st.sampled_from(["agents", "Agents", " code  review ", "crypto", "heat pumps"])
wishes = st.lists(st.tuples(topics, st.sampled_from(Want)))


def test_a_wish_takes_the_place_of_the_earlier_one_about_its_topic() -> None:
    changed = with_wish(CHANNEL, "“crypto”", Want.LESS)
    assert (changed.more, changed.less, changed.muted) == (("agents",), ("crypto",), ())


def test_a_wish_is_taken_back_alone_or_with_all_others() -> None:
    assert without_wish(CHANNEL, "CRYPTO").muted == ()
    assert without_wish(CHANNEL, "CRYPTO").more == ("agents",)
    assert wishes_of(without_wishes(CHANNEL)) == ()


def test_what_was_never_wished_for_cannot_be_taken_back() -> None:
    with pytest.raises(BadInput, match=r"nothing about “tea”. It has “agents”, “Crypto”\."):
        without_wish(CHANNEL, "tea")
    with pytest.raises(BadInput, match="It has none"):
        without_wish(without_wishes(CHANNEL), "tea")


@pytest.mark.parametrize("topic", ["", "  ", "…", "\u200b", "“”", "word " * 30])
def test_what_is_no_topic_is_refused(topic: str) -> None:
    with pytest.raises(BadInput):
        with_wish(CHANNEL, topic, Want.MORE)


def test_there_is_an_end_to_wishing() -> None:
    channel = without_wishes(CHANNEL)
    for number in range(30):
        channel = with_wish(channel, f"topic {number}", Want.MORE)
    with pytest.raises(BadInput, match="30 topics already"):
        with_wish(channel, "one more", Want.LESS)
    assert with_wish(channel, "topic 3", Want.LESS).less == ("topic 3",)


@given(wishes)
def test_the_last_word_counts_and_no_topic_is_in_two_lists(made: list[tuple[str, Want]]) -> None:
    channel = CHANNEL
    for topic, want in made:
        channel = with_wish(channel, topic, want)
        assert want_of(channel, " ".join(topic.split())) is want
    names = [" ".join(wish.topic.casefold().split()) for wish in wishes_of(channel)]
    assert len(names) == len(set(names))
