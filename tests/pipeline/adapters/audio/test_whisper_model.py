from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.audio.whisper_model import ModelChoice, SpeechModel, packed
from pipeline.domain.errors import NoTranscript
from pipeline.domain.talk.heard import Heard, is_doubtful, is_speech
from tests.peers.made_whisper import SENTENCE, make_whisper
from tests.peers.speech import RATE, music, silence, speech


def loaded(folder: Path) -> SpeechModel:
    return SpeechModel(ModelChoice(str(folder), threads=1))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SpeechModel:
    return loaded(make_whisper(tmp_path_factory.mktemp("model") / "tiny"))


def test_hears_sentences_at_the_episodes_times(model: SpeechModel) -> None:
    told: list[float] = []
    heard = model.hear(speech(40), start=600.0, on_progress=told.append)
    assert " ".join(segment.text for segment in heard.segments) == f"{SENTENCE} {SENTENCE}"
    starts = [segment.start for segment in heard.segments if segment.start is not None]
    assert len(starts) == len(heard.segments)
    assert starts == sorted(starts)
    assert starts[0] >= 600
    assert max(segment.end or 0 for segment in heard.segments) <= 640
    assert heard.language == "en"
    assert told[0] == 0
    assert told[-1] == 1


def test_the_same_sound_gives_the_same_text(model: SpeechModel) -> None:
    assert model.hear(speech(10), start=0) == model.hear(speech(10), start=0)


@pytest.mark.parametrize("sound", [silence(40), music(40), silence(0.01), silence(0)], ids=str)
def test_fault_42_nobody_speaking_is_no_text_and_no_language(model: SpeechModel, sound: object) -> None:
    assert isinstance(sound, type(silence(0)))
    heard = model.hear(sound, start=0)
    assert heard.segments == ()
    assert heard.language is None


def test_a_careful_hearing_needs_no_alignment_and_gives_the_same_words(model: SpeechModel) -> None:
    sound = speech(20)
    careful = model.hear(sound, start=0, careful=True)
    assert " ".join(s.text for s in careful.segments) == " ".join(s.text for s in model.hear(sound, start=0).segments)
    assert careful.segments[0].start == 0


def test_text_that_repeats_itself_is_tried_again_and_then_dropped(tmp_path: Path) -> None:
    looping = loaded(make_whisper(tmp_path / "loops", loops=True))
    heard = looping.hear(speech(4), start=0)
    assert heard.segments == ()


def test_records_the_language_and_obeys_a_given_one(tmp_path: Path) -> None:
    german = loaded(make_whisper(tmp_path / "german", language="de"))
    heard = german.hear(speech(6), start=0)
    assert heard.language == "de"
    assert heard.confidence > 0.9
    assert german.hear(speech(6), start=0, language="fr").language == "fr"


def test_an_english_episode_of_a_german_feed_stays_english(tmp_path: Path) -> None:
    heard = loaded(make_whisper(tmp_path / "english", language="en")).hear(speech(6), start=0, hint="de")
    assert heard.language == "en"
    assert heard.confidence > 0.9


def test_where_the_sound_leaves_the_language_open_the_feeds_is_taken(tmp_path: Path) -> None:
    torn = loaded(make_whisper(tmp_path / "torn", language="en", torn="de"))
    alone, told, wrong = (torn.hear(speech(6), start=0, hint=hint) for hint in (None, "de", "fr"))
    assert (alone.language, told.language, wrong.language) == ("en", "de", "en")
    assert told.confidence < 0.8, "the next chunk must be listened to afresh"
    assert told.segments


@pytest.mark.parametrize("device", ["auto", "no-such-device"])
def test_a_model_that_cannot_be_loaded_is_refused_with_a_remedy(tmp_path: Path, device: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoTranscript, match=r"“empty” cannot be loaded.*Name a folder"):
        SpeechModel(ModelChoice(str(tmp_path / "empty"), device=device, compute_type="int8"))


def test_a_name_of_no_model_is_refused() -> None:
    with pytest.raises(NoTranscript, match="“gigantic” cannot be loaded"):
        SpeechModel(ModelChoice("gigantic"))


def said(text: str, *, log_probability: float = -0.3, repetition: float = 1.2, silence: float = 0.1) -> Heard:
    return Heard(text, (), log_probability, repetition, silence)


@pytest.mark.parametrize(
    "heard",
    [
        said(" ♪ ♪"),
        said(" ..."),
        said(" so so so so", repetition=3.0),
        said(" something", log_probability=-1.4, silence=0.8),
        said(" Thanks for watching!", silence=0.4),
    ],
)
def test_fault_42_what_was_no_speech_gives_no_text(heard: Heard) -> None:
    assert not is_speech(heard)


@pytest.mark.parametrize(
    "heard",
    [
        said(" Thank you."),
        said(" a mumbled aside", log_probability=-1.4),
        said(" loud and clear over music", silence=0.9),
        said(" 42"),
    ],
)
def test_what_was_said_is_kept(heard: Heard) -> None:
    assert is_speech(heard)


def test_fault_42_loops_and_guesses_deserve_another_try() -> None:
    assert is_doubtful(said("a", repetition=2.5))
    assert is_doubtful(said("a", log_probability=-1.1))
    assert not is_doubtful(said("a"))


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0.1, 30)), max_size=40))
def test_windows_hold_all_speech_in_order_and_at_most_thirty_seconds(gaps: list[tuple[float, float]]) -> None:
    clock, pieces = 0.0, []
    for gap, length in gaps:
        pieces.append((clock + gap, clock + gap + length))
        clock += gap + length
    windows = packed(pieces)
    assert all(end - begin <= 30.001 for begin, end in windows)
    for begin, end in pieces:
        assert any(first <= begin and end <= last for first, last in windows)
    assert list(windows) == sorted(windows)


def test_short_sounds_are_heard_from_their_first_sample(model: SpeechModel) -> None:
    heard = model.hear(speech(3)[: 2 * RATE], start=0)
    assert heard.segments[0].text.startswith("we measured")
