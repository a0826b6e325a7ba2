"""Matching what a feed tells with what is known: each episode once, none lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.feed import Enclosure, FoundEpisode
from pipeline.domain.intake.identity_rules import Known, Matching, identity_of, make_traits, match_episodes, traits_of

FEED = "feed-1"
MONDAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)


def episode(
    guid: str,
    title: str = "Tides",
    *,
    audio: str | None = "https://cdn.example/tides.mp3",
    published: datetime | None = MONDAY,
    duration: float | None = 1800.0,
) -> FoundEpisode:
    enclosures = () if audio is None else (Enclosure(audio, "audio/mpeg"),)
    return FoundEpisode(guid, title, published=published, enclosures=enclosures, duration=duration)


def numbered(n: int, *, guid: str = "guid") -> FoundEpisode:
    return episode(
        f"{guid}-{n}", f"Part {n}", audio=f"https://cdn.example/{n}.mp3", published=MONDAY + timedelta(days=n)
    )


def after(*readings: tuple[FoundEpisode, ...]) -> tuple[Known, ...]:
    """What is known after these readings, as the catalogue would keep it."""
    known: dict[str, Known] = {}
    for reading in readings:
        known = {k.episode_id: k for k in learn(match_episodes(FEED, reading, tuple(known.values())), known)}
    return tuple(known.values())


def learn(matching: Matching, known: dict[str, Known]) -> list[Known]:
    grown = dict(known)
    for match in matching.matches:
        there = grown.get(match.episode_id)
        identities = there.identities if there else frozenset[str]()
        grown[match.episode_id] = Known(match.episode_id, identities, traits_of(match.found))
    for identity, owner in matching.identities:
        there = grown[owner]
        grown[owner] = replace(there, identities=there.identities | {identity})
    return list(grown.values())


def new_in(reading: tuple[FoundEpisode, ...], known: tuple[Known, ...]) -> list[str]:
    return [m.found.guid for m in match_episodes(FEED, reading, known).matches if m.is_new]


def test_a_guid_seen_for_the_first_time_is_a_new_episode_under_its_own_id() -> None:
    matching = match_episodes(FEED, (episode("a"),), ())
    assert [(m.episode_id, m.is_new) for m in matching.matches] == [(identity_of(FEED, "a"), True)]
    assert matching.identities == ((identity_of(FEED, "a"), identity_of(FEED, "a")),)


def test_the_same_guid_twice_is_one_episode_and_the_first_counts() -> None:
    matching = match_episodes(FEED, (episode("a", "Tides"), episode("a", "Tides, again")), ())
    assert [m.found.title for m in matching.matches] == ["Tides"]


def test_an_edit_of_title_date_or_audio_stays_the_same_episode() -> None:
    known = after((episode("a"),))
    for edited in (
        episode("a", "Tides and moons"),
        episode("a", published=MONDAY + timedelta(days=90)),
        episode("a", audio="https://other.example/new.mp3"),
        episode("a", "Tides and moons", audio=None, published=MONDAY + timedelta(days=2)),
        episode("a", "Tides and moons", audio="https://other.example/new.mp3", published=None),
    ):
        assert new_in((edited,), known) == []


def test_a_guid_used_again_for_another_episode_is_a_new_episode() -> None:
    known = after((episode("1"),))
    other = episode("1", "Volcanoes", audio="https://cdn.example/v.mp3", published=MONDAY + timedelta(days=7))
    assert new_in((other,), known) == ["1"]
    assert new_in((other, episode("1")), after((episode("1"),), (other,))) == []


def test_a_feed_that_gives_every_episode_the_same_guid_loses_none() -> None:
    reading = tuple(replace(numbered(n), guid="1") for n in range(5, 0, -1))
    assert len(match_episodes(FEED, reading, ()).matches) == 5
    assert new_in((replace(numbered(6), guid="1"), *reading), after(reading)) == ["1"]


def test_a_bulletin_that_keeps_guid_and_title_is_another_episode_each_day() -> None:
    monday = episode("latest", "News", audio="https://cdn.example/mon.mp3", duration=300)
    tuesday = episode(
        "latest", "News", audio="https://cdn.example/tue.mp3", published=MONDAY + timedelta(days=1), duration=360
    )
    mended = episode(
        "latest", "News", audio="https://cdn.example/tue2.mp3", published=MONDAY + timedelta(hours=24.5), duration=365
    )
    assert new_in((tuesday,), after((monday,))) == ["latest"]
    assert new_in((tuesday,), after((monday,), (tuesday,))) == []
    assert new_in((mended,), after((monday,), (tuesday,))) == []


def test_audio_that_is_mended_the_same_day_or_keeps_its_length_is_the_same_episode() -> None:
    known = after((episode("a", duration=1800),))
    soon = episode("a", audio="https://cdn.example/2.mp3", published=MONDAY + timedelta(hours=3), duration=1700)
    long = episode("a", audio="https://cdn.example/2.mp3", published=MONDAY + timedelta(days=9), duration=1805)
    assert new_in((soon,), known) == new_in((long,), known) == []


def test_a_move_that_also_gives_everything_a_new_date_brings_nothing_new() -> None:
    before = tuple(replace(numbered(n), duration=600.0 + 90 * n) for n in range(6))
    moved = tuple(
        replace(
            f,
            guid=f"new-{f.guid}",
            published=MONDAY + timedelta(days=90),
            enclosures=(Enclosure(f"https://n/{f.guid}"),),
        )
        for f in before
    )
    assert new_in(moved, after(before)) == []
    assert new_in(moved[:2], after(before)) == ["new-guid-0", "new-guid-1"]
    assert new_in((before[5], *moved[:4]), after(before)) == [f.guid for f in moved[:4]]


def test_an_episode_that_is_there_unchanged_is_not_found_again_under_another_guid() -> None:
    known = after((episode("a"),))
    copy = episode("b", audio="https://cdn.example/b.mp3")
    assert [m.is_new for m in match_episodes(FEED, (copy,), known).matches] == [False]
    there = [k.episode_id for k in known]
    assert [m.is_new for m in match_episodes(FEED, (copy,), known, unchanged=there).matches] == [True]


def test_contradicting_items_under_one_guid_settle_at_the_first_reading() -> None:
    tides = episode("b")
    news = episode("b", "News", audio="https://cdn.example/1.mp3", published=MONDAY + timedelta(hours=7))
    bare = episode("b", audio=None, published=None)
    assert new_in((news, bare, tides), after((tides,))) == ["b"]
    assert new_in((news, bare, tides), after((tides,), (news, bare, tides))) == []


def test_a_move_to_another_host_that_changes_every_guid_brings_nothing_new() -> None:
    before = tuple(numbered(n) for n in range(30))
    moved = tuple(
        replace(f, guid=f"new-{f.guid}", enclosures=(Enclosure(f"https://new.example/{f.title}.mp3?id=7"),))
        for f in before
    )
    assert new_in(moved, after(before)) == []
    assert {k.episode_id for k in after(before, moved)} == {k.episode_id for k in after(before)}


def test_a_new_guid_and_new_tokens_in_the_address_are_the_same_episode() -> None:
    known = after((episode("a", audio="http://CDN.example/tides.mp3?token=1"),))
    renamed = episode("b", "Tides (updated)", audio="https://cdn.example/tides.mp3?token=2#t=1")
    assert new_in((renamed,), known) == []


def test_guids_that_swing_back_and_forth_bring_nothing_new() -> None:
    old, new = tuple(numbered(n) for n in range(3)), tuple(numbered(n, guid="other") for n in range(3))
    known = after(old, new, old)
    assert new_in(new, known) == []
    assert new_in(old, known) == []


def test_an_early_copy_that_is_replaced_days_later_by_a_public_one_is_one_episode() -> None:
    known = after((episode("early"),))
    assert new_in((episode("public", published=MONDAY + timedelta(days=5)),), known) == []


def test_an_early_copy_beside_the_public_one_is_one_episode() -> None:
    both = (episode("early"), episode("public", published=MONDAY + timedelta(minutes=10)))
    assert len(match_episodes(FEED, both, ()).matches) == 1
    assert new_in(both, after((episode("early"),))) == []
    assert new_in(both, after(both)) == []


def test_a_daily_show_with_one_address_for_every_day_loses_no_day() -> None:
    known = after((episode("mon", "News", audio="https://cdn.example/latest.mp3", duration=None),))
    tuesday = episode(
        "tue", "News", audio="https://cdn.example/latest.mp3", published=MONDAY + timedelta(days=1), duration=None
    )
    assert new_in((tuesday,), known) == ["tue"]


def test_a_show_that_titles_every_episode_alike_loses_none() -> None:
    known = after((episode("mon", "News", audio="https://cdn.example/1.mp3", duration=600),))
    tuesday = episode(
        "tue", "News", audio="https://cdn.example/2.mp3", published=MONDAY + timedelta(days=1), duration=600
    )
    assert new_in((tuesday,), known) == ["tue"]


def test_a_trailer_with_the_title_of_its_episode_is_an_episode_of_its_own() -> None:
    known = after((episode("trailer", audio="https://cdn.example/t.mp3", duration=90),))
    assert new_in((episode("full", duration=3600),), known) == ["full"]


def test_two_that_resemble_one_missing_episode_are_both_new_rather_than_one_lost() -> None:
    known = after((episode("a", audio="https://cdn.example/0.mp3"),))
    reading = (episode("b", audio="https://cdn.example/1.mp3"), episode("c", audio="https://cdn.example/2.mp3"))
    assert new_in(reading, known) == ["b", "c"]


def test_a_new_episode_is_not_taken_for_one_that_is_still_in_the_feed() -> None:
    known = after((episode("a", "News"),))
    second = episode("b", "News", audio="https://cdn.example/b.mp3", published=MONDAY + timedelta(minutes=30))
    assert new_in((second, episode("a", "News")), known) == ["b"]


def test_episodes_without_audio_or_date_are_told_apart_by_guid() -> None:
    bare = tuple(FoundEpisode(guid, "Untitled") for guid in "abc")
    assert len(match_episodes(FEED, bare, ()).matches) == 3
    assert new_in(bare, after(bare)) == []


def test_an_address_that_cannot_be_parsed_still_identifies() -> None:
    broken = make_traits("Tides", enclosure="http://[broken", published=MONDAY, duration=None)
    assert broken.enclosure == "http://[broken"


_moments = st.one_of(st.none(), st.integers(0, 20).map(lambda d: MONDAY + timedelta(hours=7 * d)))
_episodes = st.builds(
    episode,
    guid=st.sampled_from("abcdefgh"),
    title=st.sampled_from(("Tides", "tides ", "News", "", "Volcanoes")),
    audio=st.one_of(st.none(), st.sampled_from([f"https://cdn.example/{n}.mp3" for n in range(4)])),
    published=_moments,
    duration=st.sampled_from((None, 0.0, 60.0, 1800.0, 1805.0)),
)
_readings = st.lists(_episodes, max_size=8).map(tuple)


@given(st.lists(_readings, max_size=4), _readings)
def test_a_reading_that_is_stored_again_brings_nothing_new(
    before: list[tuple[FoundEpisode, ...]], reading: tuple[FoundEpisode, ...]
) -> None:
    assert new_in(reading, after(*before, reading)) == []


@given(st.lists(_readings, max_size=4), _readings)
def test_each_episode_is_matched_once_and_every_new_one_has_an_id_of_its_own(
    before: list[tuple[FoundEpisode, ...]], reading: tuple[FoundEpisode, ...]
) -> None:
    known = after(*before)
    matching = match_episodes(FEED, reading, known)
    ids = [m.episode_id for m in matching.matches]
    assert len(ids) == len(set(ids))
    assert {m.episode_id for m in matching.matches if not m.is_new} <= {k.episode_id for k in known}
    assert {owner for _, owner in matching.identities} <= set(ids) | {k.episode_id for k in known}


@given(st.permutations([numbered(n) for n in range(8)]), st.integers(0, 8))
def test_the_order_of_the_feed_and_what_was_read_before_do_not_matter(
    reading: list[FoundEpisode], read_before: int
) -> None:
    known = after(tuple(reading[:read_before]))
    assert sorted(new_in(tuple(reading), known)) == sorted(f.guid for f in reading[read_before:])


@given(st.sets(st.integers(0, 40), max_size=12), st.sets(st.integers(0, 40), max_size=12))
def test_when_all_guids_change_only_episodes_that_were_never_there_are_new(old: set[int], now: set[int]) -> None:
    known = after(tuple(numbered(n) for n in sorted(old)))
    reading = tuple(numbered(n, guid="moved") for n in sorted(now, reverse=True))
    assert set(new_in(reading, known)) == {f"moved-{n}" for n in now - old}
