from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.texts.message import Buttons, Heading, Message, Quote, full_length, plain, plain_text, shown_length
from bot.texts.posts import LONGEST_POST, LONGEST_WITH_LINKS, digest_post, explained_digest
from pipeline.domain.audience import Audience, WorkspaceId
from pipeline.domain.digest import Candidate, Digest, Label, Passed
from pipeline.domain.insight import Author, Certainty
from tests.peers.made_insights import candidate, digest, episode, insight, pick
from tests.peers.snapshots import same_as_stored


def _five(author: Author = Author.MODEL) -> Digest:
    grid = episode("e2", feed="f2", show="Load Curve", title="Waiting for the grid")
    review = episode("e3", feed="f3", show="Merge Window", title="Who reads all this code?")
    claims = (
        ("Small models forget less when they are tuned in place", episode()),
        ("Grid connections, not chips, delay new data centres", grid),
        ("Large models do not forget less", review),
        ("Reviewing code now takes longer than writing it", review),
        ("A gigawatt costs five years", grid),
    )
    body = (
        "A small model changes few weights when it is tuned on new examples, so what it knew before stays. Large"
        " updates overwrite old knowledge, which is why a second round of tuning often costs more than it brings."
    )
    picks = [
        pick(number, candidate(insight(f"i{number}", headline=claim, body=body, author=author), where))
        for number, (claim, where) in enumerate(claims, start=1)
    ]
    picks[0] = replace(picks[0], label=Label.ALSO_ON, also_on=("Load Curve", "Merge Window", "Ship It"))
    picks[1] = replace(picks[1], label=Label.FOLLOW_UP, label_day=date(2026, 11, 12), label_number=3)
    picks[2] = replace(picks[2], label=Label.COUNTERPOINT, label_number=1)
    picks[3] = replace(picks[3], label=Label.NEW)
    return digest(*picks)


def test_the_post_of_a_full_day_reads_well() -> None:
    assert same_as_stored("digest", plain(digest_post(_five())))


def test_picked_passages_are_quoted_and_say_what_they_are() -> None:
    post = digest_post(_five(Author.EXTRACT))
    assert same_as_stored("digest_of_passages", plain(post))
    assert sum(isinstance(block, Quote) for block in post.blocks) == 5


def test_a_picked_passage_does_not_say_its_headline_twice() -> None:
    said = insight("a", headline="The fan is loud", body="The fan is loud. The pump is not.", author=Author.EXTRACT)
    worded = replace(said, author=Author.MODEL)

    assert plain(digest_post(digest(pick(1, candidate(said))))).count("The fan is loud") == 1
    assert plain(digest_post(digest(pick(1, candidate(worded))))).count("The fan is loud") == 2


def test_a_mixed_post_names_the_picked_passages() -> None:
    picked = pick(2, candidate(insight("b", author=Author.EXTRACT)))
    assert "own words: no. 2." in plain(digest_post(digest(pick(1), picked)))


def test_the_notification_is_the_first_claim_and_the_key_names_channel_and_day() -> None:
    post = digest_post(_five())
    assert post.fallback == "Small models forget less when they are tuned in place"
    assert post.key == "digest:local:main:2026-11-23"


def test_each_number_opens_its_card() -> None:
    buttons = [
        button for block in digest_post(_five()).blocks if isinstance(block, Buttons) for button in block.buttons
    ]
    assert [(button.label, button.action) for button in buttons] == [(str(n), f"card:i{n}") for n in range(1, 6)]


def test_a_short_day_says_that_nothing_else_was_good_enough() -> None:
    post = plain(digest_post(digest(pick(1), considered=1, episodes=1)))
    assert "One insight for Monday 23 November" in post
    assert "1 insight from 1 episode considered. Nothing else was new, good enough" in post


def test_an_empty_day_says_why() -> None:
    assert same_as_stored("empty_day", plain(digest_post(digest())))
    assert "has come out since" in plain(digest_post(digest(considered=0, episodes=0)))


def test_one_other_show_is_named() -> None:
    post = plain(digest_post(digest(pick(label=Label.ALSO_ON, also_on=("Load Curve",)))))
    assert "Also on Load Curve · Gradient Notes" in post


def test_a_private_episode_links_to_its_page_never_to_its_audio() -> None:
    where = replace(episode(audio="https://cdn.example.org/secret.mp3"), audience=Audience(WorkspaceId("local")))
    post = plain(digest_post(digest(pick(1, candidate(within=where)))))
    assert "secret" not in post
    assert "▶ 12:34 (https://example.org/12)" in post


def test_an_unnamed_speaker_and_an_untimed_quote_are_left_out() -> None:
    said = insight(start=None, certainty=Certainty.UNNAMED, speaker="Speaker 2")
    post = plain(digest_post(digest(pick(1, candidate(said)))))
    assert "Speaker 2" not in post
    assert "The small model issue · ▶ Listen (https://cdn.example.org" in post


def test_an_episode_without_any_address_has_a_plain_time() -> None:
    where = episode()
    where = replace(where, found=replace(where.found, enclosures=(), link=None))
    assert "▶ 12:34\n" in plain(digest_post(digest(pick(1, candidate(within=where)))))
    untimed = candidate(insight(start=None), where)
    assert "▶" not in plain(digest_post(digest(pick(1, untimed))))


def test_long_titles_and_bodies_give_way_but_no_claim_does() -> None:
    long = _long(_five(), "Word after word goes on and on. " * 200)
    post = digest_post(long)
    assert same_as_stored("digest_too_long", plain(post))
    claims = [p.candidate.insight.headline for p in long.picks]
    assert all(claim in plain(post) for claim in claims)


_ANY = st.text(max_size=600) | st.sampled_from(["word " * 900, "å" * 5_000, "\u202e" * 50, "https://example.org/" * 80])


@settings(max_examples=80)
@given(_ANY, st.integers(0, 1_900), st.text(max_size=400))
def test_no_post_is_too_long_whatever_feeds_and_models_say(words: str, address: int, claim: str) -> None:
    post = digest_post(_long(_five(), words, claim=claim, audio="https://example.org/" + "a" * address))
    assert shown_length(post) <= LONGEST_POST
    assert full_length(post) <= LONGEST_WITH_LINKS


def test_the_explanation_goes_line_by_line() -> None:
    passed = (Passed("x", "Chips are cheap", 0.41, "It is not good enough: under 0.45, weakest in worth."),)
    assert same_as_stored("explained", plain(explained_digest(replace(_five(), passed=passed))))


def test_the_explanation_of_an_empty_day_says_why_too() -> None:
    passed = tuple(Passed(str(n), f"Claim {n}", 0.3, "It is not good enough.") for n in range(5))
    told = plain(explained_digest(replace(digest(), passed=passed), listed=2))
    assert "5 insights passed over" in told
    assert told.endswith("- Claim 1 – 0.30. It is not good enough.\nand 3 more")


def test_an_empty_title_does_not_leave_an_empty_block() -> None:
    post: Message = digest_post(digest(pick(1, candidate(insight(body="")))))
    assert all(plain_text(block.text) for block in post.blocks if isinstance(block, Heading | Quote))


def _long(of: Digest, words: str, *, claim: str = "", audio: str = "https://cdn.example.org/a.mp3") -> Digest:
    def stretched(one: Candidate) -> Candidate:
        where = episode(one.episode.id, feed=one.episode.feed_id, show=words or "x", title=words, audio=audio)
        said = replace(one.insight, body=words, speaker=words, headline=claim or one.insight.headline)
        return Candidate(said, where)

    picks = (replace(p, candidate=stretched(p.candidate), also_on=p.also_on and (words,)) for p in of.picks)
    return replace(of, picks=tuple(picks))
