from pipeline.domain.talk.excerpt import around
from pipeline.domain.transcript import Basis, Segment, Transcript
from tests.peers.made_insights import insight


def _timed(count: int) -> Transcript:
    return Transcript(tuple(Segment(f"s{n}", n * 10.0, n * 10.0 + 10) for n in range(count)), Basis.PUBLISHED)


def test_gives_the_minute_around_the_quote() -> None:
    said = around(_timed(20), insight(start=101.0, segments=(10, 10)))
    assert [segment.text for segment in said] == ["s8", "s9", "s10", "s11", "s12"]


def test_stops_at_both_ends_of_the_episode() -> None:
    assert len(around(_timed(2), insight(start=1.0, segments=(0, 1)))) == 2


def test_always_holds_the_quote_however_long_its_segments_are() -> None:
    long = Transcript((Segment("a", 0.0, 300.0), Segment("b", 300.0, 600.0)), Basis.PUBLISHED)
    assert [s.text for s in around(long, insight(start=310.0, segments=(1, 1)))] == ["b"]


def test_takes_two_segments_on_either_side_without_times() -> None:
    untimed = Transcript(tuple(Segment(f"s{n}") for n in range(9)), Basis.PUBLISHED)
    said = around(untimed, insight(start=None, segments=(4, 4)))
    assert [segment.text for segment in said] == ["s2", "s3", "s4", "s5", "s6"]
