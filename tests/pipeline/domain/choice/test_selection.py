from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.audience import LOCAL, PUBLIC, Audience
from pipeline.domain.channel import Channel
from pipeline.domain.choice.likeness import Vectors
from pipeline.domain.choice.selection import GOOD_ENOUGH, MOST, NO_VOTES, PER_SHOW, PER_TOPIC, select
from pipeline.domain.choice.wishes import wishes_of
from pipeline.domain.digest import Candidate, Digest, Label, Shown
from pipeline.domain.insight import Certainty
from tests.peers.made_insights import CHANNEL, DAY, NOW, candidate, episode, insight, rows, unlike

_AUDIENCES = {"members": Audience(LOCAL), "public": PUBLIC}
NONE = np.zeros((0, 4), dtype=np.float32)


def _alone(name: str, **about: Any) -> Candidate:
    """A candidate from an episode and a show of its own."""
    return candidate(
        insight(name, episode=f"e-{name}", **about), episode(f"e-{name}", feed=f"f-{name}", show=f"Show {name}")
    )


def _select(
    candidates: Sequence[Candidate],
    vectors: Vectors | None = None,
    *,
    channel: Channel = CHANNEL,
    shown: Sequence[Shown] = (),
    shown_vectors: Vectors = NONE,
    wish_vectors: Vectors | None = None,
    votes: dict[str, int] | None = None,
) -> Digest:
    return select(
        channel,
        DAY,
        candidates,
        vectors=unlike(len(candidates), 12) if vectors is None else vectors,
        shown=shown,
        shown_vectors=shown_vectors,
        now=NOW,
        wish_vectors=wish_vectors,
        votes=NO_VOTES if votes is None else votes,
    )


def _ids(digest: Digest) -> list[str]:
    return [pick.candidate.insight.id for pick in digest.picks]


def _reasons(digest: Digest) -> dict[str, str]:
    return {passed.insight_id: passed.reason for passed in digest.passed}


def test_takes_the_five_best_and_says_why_not_the_others() -> None:
    digest = _select([_alone(name, worth=0.3 + number / 10) for number, name in enumerate("abcdefg")])
    assert _ids(digest) == ["g", "f", "e", "d", "c"]
    assert [pick.number for pick in digest.picks] == [1, 2, 3, 4, 5]
    assert _reasons(digest) == {"a": "5 better ones were found.", "b": "5 better ones were found."}
    assert (digest.considered, digest.episodes) == (7, 7)


def test_a_show_in_two_feeds_is_one_show_and_its_episode_is_one_source() -> None:
    def in_feed(feed: str, name: str) -> Candidate:
        show = "Gradient  Notes" if feed == "members" else "Gradient notes"
        within = replace(
            episode(f"{feed}-{name}", feed=feed, show=show, title=f"No. {name}"), audience=_AUDIENCES[feed]
        )
        return candidate(insight(f"{feed}-{name}", episode=within.id, headline=name, body=name), within)

    there = [in_feed(feed, name) for feed in ("members", "public") for name in ("grid", "sleep", "bread")]
    same = rows(*([(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)] * 2))
    digest = _select(there, same)
    assert _ids(digest) == ["public-bread", "public-grid"]
    assert _reasons(digest) == {"public-sleep": "Its show has no. 1 and 2 already."}
    assert [pick.also_on for pick in digest.picks] == [(), ()]
    assert (digest.considered, digest.episodes) == (3, 3)
    shown = (Shown("members-grid", "grid", DAY - timedelta(days=1), 1),)
    assert "public-grid" not in _ids(_select(there, same, shown=shown, shown_vectors=same[:1]))


def test_two_episodes_of_one_feed_are_never_taken_for_each_other() -> None:
    there = [
        candidate(insight(name, episode=name), episode(name, feed="f1", title="The weekly news")) for name in ("a", "b")
    ]
    assert _ids(_select(there)) == ["a", "b"]


def test_posts_fewer_when_the_rest_is_not_good_enough() -> None:
    digest = _select([_alone("good"), _alone("bland", worth=0.1, specificity=0.05)])
    assert _ids(digest) == ["good"]
    assert _reasons(digest)["bland"] == "It is not good enough: under 0.45, weakest in specificity."


def test_a_single_weak_part_does_not_wipe_out_the_others() -> None:
    digest = _select([_alone("vague", specificity=0.0, worth=1.0)])
    assert _ids(digest) == ["vague"]


def test_takes_one_of_an_episode() -> None:
    first, second = insight("a", worth=0.9), insight("b")
    digest = _select([candidate(first), candidate(second)])
    assert _ids(digest) == ["a"]
    assert _reasons(digest)["b"] == "No. 1 is from the same episode."


def test_takes_two_of_a_show() -> None:
    there = [candidate(insight(name, episode=name), episode(name, feed="f1")) for name in "abc"]
    digest = _select(there)
    assert _ids(digest) == ["a", "b"]
    assert _reasons(digest)["c"] == "Its show has no. 1 and 2 already."


def test_takes_two_on_a_topic() -> None:
    near = rows((1, 0.9, 0, 0), (1, 0, 0.9, 0), (1, 0, 0, 0.9))
    digest = _select([_alone(name) for name in "abc"], near)
    assert _ids(digest) == ["a", "b"]
    assert _reasons(digest)["c"] == "Its topic has no. 1 and 2 already."


def test_tells_a_claim_once_and_names_the_other_shows() -> None:
    digest = _select([_alone(name) for name in "abc"], rows((1, 0.1, 0), (1, 0, 0.1), (0, 0, 1)))
    assert _ids(digest) == ["a", "c"]
    assert digest.picks[0].label is Label.ALSO_ON
    assert digest.picks[0].also_on == ("Show b",)
    assert _reasons(digest)["b"] == "No. 1 says the same (cosine 0.99)."


def test_a_counterpoint_refers_to_the_earlier_number_and_is_not_a_repetition() -> None:
    claims = {"a": "Small models forget less when tuned", "b": "Small models do not forget less when tuned"}
    there = [_alone(name, headline=claim) for name, claim in claims.items()]
    digest = _select(there, rows((1, 0.1), (1, 0)))
    assert [(pick.label, pick.label_number) for pick in digest.picks] == [
        (Label.NONE, None),
        (Label.COUNTERPOINT, 1),
    ]
    assert digest.picks[0].also_on == ()


def test_a_claim_that_contradicts_another_of_the_five_is_preferred_to_a_slightly_better_one_of_its_episode() -> None:
    there = [
        _alone("yes", headline="Small models forget less when tuned", worth=0.6),
        candidate(insight("dull", episode="e2", worth=0.7), episode("e2", feed="f2")),
        candidate(
            insight("no", episode="e2", headline="Small models do not forget less when tuned", worth=0.65),
            episode("e2", feed="f2"),
        ),
    ]
    near = rows((1, 0, 0.1), (0, 1, 0), (1, 0.1, 0))

    digest = _select(there, near)

    assert _ids(digest) == ["no", "yes"]
    assert (digest.picks[1].label, digest.picks[1].label_number) == (Label.COUNTERPOINT, 1)
    assert _reasons(digest)["dull"] == "No. 1 and 2 disagree, and are preferred for it."


def test_two_that_disagree_take_the_place_of_one_that_is_hardly_better() -> None:
    there = [_alone(name, worth=0.62) for name in "abcd"]
    there += [
        _alone("yes", headline="Small models forget less when tuned", worth=0.61),
        _alone("zno", headline="Small models do not forget less when tuned", worth=0.6),
    ]
    near = rows(
        (1, 0, 0, 0, 0, 0),
        (0, 1, 0, 0, 0, 0),
        (0, 0, 1, 0, 0, 0),
        (0, 0, 0, 1, 0, 0),
        (0, 0, 0, 0, 1, 0),
        (0, 0, 0, 0, 1, 0.2),
    )

    digest = _select(there, near)

    assert _ids(digest) == ["a", "b", "c", "yes", "zno"]
    assert (digest.picks[4].label, digest.picks[4].label_number) == (Label.COUNTERPOINT, 4)
    assert _reasons(digest) == {"d": "No. 4 and 5 disagree, and are preferred for it."}


def test_a_much_better_claim_does_not_give_way_to_a_contradiction() -> None:
    there = [
        _alone("yes", headline="Small models forget less when tuned", worth=0.6),
        candidate(insight("strong", episode="e2", worth=1.0), episode("e2", feed="f2")),
        candidate(
            insight("no", episode="e2", headline="Small models do not forget less when tuned", worth=0.3),
            episode("e2", feed="f2"),
        ),
    ]

    assert _ids(_select(there, rows((1, 0, 0.1), (0, 1, 0), (1, 0.1, 0)))) == ["strong", "yes"]


def test_one_show_does_not_contradict_itself() -> None:
    claims = {"a": "Small models forget less when tuned", "b": "Small models do not forget less when tuned"}
    there = [candidate(insight(n, episode=n, headline=c), episode(n, feed="f1")) for n, c in claims.items()]
    digest = _select(there, rows((1, 0.9), (0.9, 1)))
    assert _ids(digest) == ["a"]


def test_a_follow_up_names_the_earlier_post() -> None:
    shown = [Shown("old", "text", date(2026, 11, 12), 3), Shown("older", "text", date(2026, 11, 2), 1)]
    digest = _select(
        [_alone("a")], rows((0.55, 0.8, 0, 0)), shown=shown, shown_vectors=rows((1, 0, 0, 0), (0, 0, 1, 0))
    )
    (pick,) = digest.picks
    assert (pick.label, pick.label_day, pick.label_number) == (Label.FOLLOW_UP, date(2026, 11, 12), 3)
    novelty = next(part for part in pick.parts if part.name == "novelty")
    assert novelty.why == "like no. 3 of 12 November (cosine 0.57)"
    assert novelty.value < 1


def test_what_is_like_nothing_shown_is_new() -> None:
    shown = [Shown("old", "text", date(2026, 11, 12), 3)]
    digest = _select([_alone("a")], rows((0, 1)), shown=shown, shown_vectors=rows((1, 0)))
    assert digest.picks[0].label is Label.NEW


def test_nothing_is_called_new_to_a_channel_that_has_read_nothing() -> None:
    assert _select([_alone("a")]).picks[0].label is Label.NONE


def test_never_repeats_what_was_shown_in_other_words_or_the_same() -> None:
    shown = [Shown("a", "text", date(2026, 11, 12), 3)]
    digest = _select([_alone("a"), _alone("b")], rows((1, 0), (1, 0.1)), shown=shown, shown_vectors=rows((1, 0)))
    assert digest.picks == ()
    assert _reasons(digest) == {
        "a": "This channel was shown it before.",
        "b": "It says the same as no. 3 of 12 November (cosine 1.00).",
    }
    assert digest.considered == 1


def test_another_insight_of_an_episode_that_was_posted_gives_way() -> None:
    shown = [Shown("a", "text", date(2026, 11, 22), 1)]
    there = [candidate(insight("a")), candidate(insight("b")), _alone("c")]
    digest = _select(there, unlike(3, 4), shown=shown, shown_vectors=unlike(4)[:1])
    assert _ids(digest) == ["c", "b"]
    novelty = next(part for part in digest.picks[1].parts if part.name == "novelty")
    assert novelty.why.endswith("no. 1 of 22 November was from the same episode")


def test_old_episodes_of_a_new_show_are_never_posted() -> None:
    digest = _select([candidate(within=episode(backfill=True))])
    assert _reasons(digest)["a"] == "Its episode was old already when the show was added."


def test_fresh_wins_between_equals() -> None:
    old = candidate(insight("a", episode="old"), episode("old", feed="f2", age=timedelta(days=6)))
    assert _ids(_select([old, _alone("z")])) == ["z", "a"]


def test_a_named_speaker_and_a_time_are_better_evidence() -> None:
    vague = _alone("a", certainty=Certainty.UNNAMED, speaker=None, start=None)
    digest = _select([vague, _alone("z")])
    assert _ids(digest) == ["z", "a"]
    evidence = next(part for part in digest.picks[1].parts if part.name == "evidence")
    assert evidence.why == "the quote matches by 98%, without a time; nobody names the speaker"


def test_more_of_a_topic_ranks_it_first_by_its_words() -> None:
    there = [_alone("a", worth=0.7), _alone("b", body="Prices for typescript training rose.")]
    digest = _select(there, channel=replace(CHANNEL, more=("TypeScript",)))
    assert _ids(digest) == ["b", "a"]
    fit = digest.picks[0].parts[0]
    assert (fit.name, fit.value, fit.why) == ("fit", 1.0, "more of “TypeScript” was asked for")
    assert digest.picks[1].parts[0].why == "no wish of this channel touches it"


def test_more_of_a_topic_ranks_it_first_by_its_meaning() -> None:
    channel = replace(CHANNEL, more=("circadian clock",))
    digest = _select([_alone("a"), _alone("b")], unlike(2), channel=channel, wish_vectors=rows((0, 1)))
    assert _ids(digest) == ["b", "a"]


def test_less_of_a_topic_ranks_it_last() -> None:
    there = [_alone("a", topics=("crypto",), worth=0.9), _alone("b")]
    digest = _select(there, channel=replace(CHANNEL, less=("crypto",)))
    assert _ids(digest) == ["b", "a"]
    assert digest.picks[1].parts[0].why == "less of “crypto” was asked for"


def test_a_muted_topic_is_never_posted_nor_counted_as_heard_elsewhere() -> None:
    there = [_alone("a", headline="Bitcoin fees rise"), _alone("b", headline="Fees rise")]
    digest = _select(there, rows((1, 0.5), (0.5, 1)), channel=replace(CHANNEL, muted=("bitcoin",)))
    assert _ids(digest) == ["b"]
    assert digest.picks[0].also_on == ()
    assert _reasons(digest)["a"] == "It is about “bitcoin”, which this channel has muted."


def test_a_topic_is_no_part_of_another_word() -> None:
    digest = _select([_alone("a", headline="The train is late")], channel=replace(CHANNEL, muted=("rain", "  ")))
    assert _ids(digest) == ["a"]


@pytest.mark.parametrize(("vote", "first", "way"), [(2, "b", "up"), (-1, "a", "down")])
def test_votes_on_earlier_posts_move_what_is_like_them(vote: int, first: str, way: str) -> None:
    shown = [Shown("old", "text", date(2026, 11, 12), 3)]
    digest = _select(
        [_alone("a"), _alone("b")],
        rows((1, 0, 0), (0, 0.45, 0.893)),
        shown=shown,
        shown_vectors=rows((0, 1, 0)),
        votes={"old": vote},
    )
    assert _ids(digest)[0] == first
    fits = {pick.candidate.insight.id: pick.parts[0].why for pick in digest.picks}
    assert fits["b"] == f"no. 3 of 12 November, which is like it, was voted {way}"


def test_takes_no_candidates_for_an_empty_digest() -> None:
    digest = _select([], np.zeros((0, 0), dtype=np.float32))
    assert (digest.picks, digest.passed, digest.considered, digest.episodes) == ((), (), 0, 0)


def test_refuses_rows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="row"):
        _select([_alone("a")], unlike(2))
    with pytest.raises(ValueError, match="1 wishes, but 2 vectors"):
        _select([_alone("a")], channel=replace(CHANNEL, more=("x",)), wish_vectors=unlike(2))


def test_wishes_come_in_a_fixed_order() -> None:
    channel = replace(CHANNEL, more=("a", "b"), less=("c",), muted=("d",))
    assert [wish.topic for wish in wishes_of(channel)] == ["a", "b", "c", "d"]


_SHARES = st.floats(min_value=0, max_value=1, allow_nan=False)


@st.composite
def _days(draw: st.DrawFn) -> tuple[list[Candidate], Vectors]:
    count = draw(st.integers(min_value=0, max_value=24))
    there = []
    for number in range(count):
        feed, item = draw(st.integers(0, 4)), draw(st.integers(0, 3))
        name = f"e{feed}-{item}"
        made = insight(f"i{number}", episode=name, worth=draw(_SHARES), specificity=draw(_SHARES))
        there.append(candidate(made, episode(name, feed=f"f{feed}")))
    seed = draw(st.integers(0, 2**32 - 1))
    matrix = np.random.default_rng(seed).normal(size=(count, 5)).astype(np.float32)
    return there, matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)


@settings(max_examples=60)
@given(_days(), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_changes_nothing(day: tuple[list[Candidate], Vectors], random: Random) -> None:
    there, vectors = day
    order = list(range(len(there)))
    random.shuffle(order)
    assert _select(there, vectors) == _select([there[place] for place in order], vectors[order])


@settings(max_examples=60)
@given(_days())
def test_limits_always_hold_and_nobody_is_lost(day: tuple[list[Candidate], Vectors]) -> None:
    there, vectors = day
    digest = _select(there, vectors)
    episodes = Counter(pick.candidate.episode.id for pick in digest.picks)
    feeds = Counter(pick.candidate.episode.feed_id for pick in digest.picks)
    assert len(digest.picks) <= MOST
    assert max(episodes.values(), default=0) <= 1
    assert max(feeds.values(), default=0) <= PER_SHOW
    assert all(pick.score >= GOOD_ENOUGH for pick in digest.picks)
    assert all(passed.reason for passed in digest.passed)
    told = [*_ids(digest), *(passed.insight_id for passed in digest.passed)]
    assert sorted(told) == sorted(c.insight.id for c in there)
    assert PER_TOPIC == 2
