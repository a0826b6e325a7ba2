"""What goes into a column comes out of it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from pipeline.adapters.catalog.codecs import (
    digest_from_json,
    digest_to_json,
    found_from_json,
    found_to_json,
    pack_segments,
    unpack_segments,
)
from pipeline.adapters.catalog.columns import UtcTime, Words
from pipeline.domain.audience import Audience, WorkspaceId
from pipeline.domain.digest import Candidate, Digest, Passed, Pick, ScorePart
from pipeline.domain.episode import Episode
from pipeline.domain.feed import FoundEpisode
from pipeline.domain.transcript import Segment

SQLITE = make_url("sqlite://").get_dialect()()
POSTGRESQL = make_url("postgresql+psycopg://").get_dialect()()

_text = st.text(max_size=30)
_number = st.floats(allow_nan=False, allow_infinity=False, width=32)
_times = st.datetimes(timezones=st.just(UTC))
for _kind, _strategy in ((str, _text), (float, _number), (datetime, _times)):
    st.register_type_strategy(_kind, _strategy)
st.register_type_strategy(Audience, st.one_of(st.just(Audience()), st.just(Audience(WorkspaceId("slack:T1")))))


@settings(max_examples=50)
@given(st.from_type(FoundEpisode))
def test_a_found_episode_comes_back_and_equal_ones_give_equal_text(found: FoundEpisode) -> None:
    text = found_to_json(found)
    assert found_from_json(text) == found
    assert found_to_json(found_from_json(text)) == text


_episodes = st.builds(Episode, found=st.builds(FoundEpisode, _text, _text, _times))
_picks = st.builds(
    Pick, candidate=st.builds(Candidate, episode=_episodes), parts=st.just((ScorePart("fit", 0.5, "ocean"),))
)
_few = st.lists(_picks, max_size=2).map(tuple)


@settings(max_examples=30)
@given(st.builds(Digest, picks=_few, passed=st.just((Passed("x", "Headline", 0.1, "Too like no. 1."),))))
def test_a_digest_comes_back(digest: Digest) -> None:
    assert digest_from_json(digest_to_json(digest)) == digest


@given(st.lists(st.builds(Segment, st.text(st.characters()), _number, st.none() | _number, st.none() | _text)))
def test_segments_come_back(segments: list[Segment]) -> None:
    assert unpack_segments(pack_segments(segments)) == tuple(segments)


def test_what_was_written_before_a_field_was_known_can_be_read() -> None:
    assert found_from_json('{"guid": "g", "title": "t", "a field of the future": 1}') == FoundEpisode("g", "t")


def test_half_a_character_becomes_a_question_mark() -> None:
    assert found_from_json(found_to_json(FoundEpisode("g", "\ud800 é"))).title == "? é"


@given(
    st.datetimes(
        min_value=datetime(1, 1, 2),  # noqa: DTZ001  hypothesis adds the zone
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001  hypothesis adds the zone
        timezones=st.sampled_from((UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=9)))),
    )
)
def test_a_time_comes_back_in_utc(moment: datetime) -> None:
    column = UtcTime()
    for dialect in (SQLITE, POSTGRESQL):
        back = column.process_result_value(column.process_bind_param(moment, dialect), dialect)
        assert back == moment
        assert back is not None
        assert back.tzinfo is UTC
        assert column.process_result_value(column.process_bind_param(None, dialect), dialect) is None


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        UtcTime().process_bind_param(datetime(2026, 1, 1), SQLITE)  # noqa: DTZ001  it must be refused


@given(st.text(st.characters()))
def test_words_can_always_be_stored(text: str) -> None:
    stored = Words().process_bind_param(text, SQLITE)
    assert stored is not None
    assert "\0" not in stored
    assert stored.encode().decode() == stored
    if "\0" not in text and text.encode("utf-8", "replace").decode() == text:
        assert stored == text
