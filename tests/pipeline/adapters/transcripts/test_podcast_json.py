import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.transcripts import parse_podcast_json
from pipeline.domain.errors import TranscriptUnreadable

HI_HO = [("Ann", 0.5, "Hi there, you."), ("Bo", 60.0, "Ho.")]
SCHEMAS: dict[str, Any] = {
    "the namespace's": {
        "version": "1.0.0",
        "segments": [
            {"speaker": "Ann", "startTime": "0.5", "endTime": 1.5, "body": "Hi there, you."},
            {"speaker": "Bo", "startTime": 60, "body": "Ho."},
        ],
    },
    "a bare list with durations": [
        {"text": "Hi there, you.", "start": 0.5, "duration": 1.5, "speaker": {"name": "Ann"}},
        {"text": "Ho.", "start": 60.0, "dur": "2", "speaker": {"name": "Bo"}},
    ],
    "clock times and voices": [
        {"start": "00:00:00.500", "start_ms": 500, "speaker": "a1", "voice": "Ann", "text": "Hi there, you."},
        {"start": "00:01:00.000", "start_ms": 60000, "speaker": "b1", "voice": "Bo", "text": "Ho."},
    ],
    "utterances in milliseconds": {
        "id": "7",
        "text": "Hi there, you. Ho.",
        "words": [{"text": "Hi", "start": 500}],
        "utterances": [
            {"speaker": "Ann", "start": 500, "end": 1500, "text": "Hi there, you."},
            {"speaker": "Bo", "start": 60000, "end": 61000, "text": "Ho."},
        ],
    },
    "monologues of elements": {
        "monologues": [
            {
                "speaker": "Ann",
                "elements": [
                    {"type": "text", "value": "Hi", "ts": 0.5, "end_ts": 0.7},
                    {"type": "punct", "value": " "},
                    {"type": "text", "value": "there", "ts": 0.7, "end_ts": 0.9},
                    {"type": "punct", "value": ", "},
                    {"type": "text", "value": "you", "ts": 0.9, "end_ts": 1.1},
                    {"type": "punct", "value": "."},
                ],
            },
            {
                "speaker": "Bo",
                "elements": [{"type": "text", "value": "Ho", "ts": 60.0}, {"type": "punct", "value": "."}],
            },
        ]
    },
    "channels, alternatives, words": {
        "results": {
            "channels": [
                {
                    "alternatives": [
                        {
                            "transcript": "hi there you ho",
                            "words": [
                                {"word": "hi", "punctuated_word": "Hi", "start": 0.5, "end": 0.7, "speaker": "Ann"},
                                {"word": "there", "punctuated_word": "there,", "start": 0.7, "speaker": "Ann"},
                                {"word": "you", "punctuated_word": "you.", "start": 0.9, "speaker": "Ann"},
                                {"word": "ho", "punctuated_word": "Ho.", "start": 60.0, "speaker": "Bo"},
                            ],
                        },
                        {"transcript": "high there you hoe"},
                    ]
                }
            ]
        }
    },
    "items with alternatives": {
        "results": {
            "transcripts": [{"transcript": "Hi there, you. Ho."}],
            "items": [
                {"start_time": "0.5", "end_time": "0.6", "alternatives": [{"content": "Hi"}], "speaker_label": "Ann"},
                {
                    "start_time": "0.6",
                    "end_time": "0.7",
                    "alternatives": [{"content": "there"}],
                    "speaker_label": "Ann",
                },
                {"alternatives": [{"content": ","}], "type": "punctuation"},
                {"start_time": "0.8", "alternatives": [{"content": "you"}, {"content": "ewe"}], "speaker_label": "Ann"},
                {"alternatives": [{"content": "."}], "type": "punctuation"},
                {"start_time": "60", "alternatives": [{"content": "Ho"}], "speaker_label": "Bo"},
                {"alternatives": [{"content": "."}], "type": "punctuation"},
            ],
        }
    },
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_schema_is_understood(schema: str) -> None:
    segments = parse_podcast_json(json.dumps(SCHEMAS[schema]))

    assert [(s.speaker, s.start, s.text) for s in segments] == HI_HO


@pytest.mark.parametrize(
    "document",
    [
        {"text": "x", "segments": [{"start": 0.0, "end": 2.0, "text": " Hi.", "words": [{"word": " Hi."}]}]},
        {"text": "x", "chunks": [{"timestamp": [0.0, 2.0], "text": " Hi."}]},
        {"transcription": [{"timestamps": {"from": "00:00:00,000", "to": "00:00:02,000"}, "text": " Hi."}]},
        {"events": [{"tStartMs": 0, "dDurationMs": 2000, "segs": [{"utf8": "H"}, {"utf8": "i. "}]}]},
        {
            "results": [
                {
                    "alternatives": [
                        {"transcript": "Hi.", "words": [{"startTime": "0s", "endTime": "2s", "word": "Hi."}]}
                    ]
                }
            ]
        },
    ],
)
def test_times_are_found_however_they_are_kept(document: object) -> None:
    assert [(s.start, s.end, s.text) for s in parse_podcast_json(json.dumps(document))] == [(0.0, 2.0, "Hi.")]


def test_pieces_that_bring_their_spaces_are_put_side_by_side() -> None:
    document = [
        {"start": n, "body": body}
        for n, body in enumerate(["Un", "believ", "able", " ", "bread", " ", "is", "n't", " it?"])
    ]

    assert [s.text for s in parse_podcast_json(json.dumps(document))] == ["Unbelievable bread isn't it?"]


def test_numbered_speakers_get_a_name() -> None:
    document = [{"speaker": 0, "start": 1, "text": "Hi."}, {"speaker": None, "start": 2, "text": "Ho."}]

    assert [s.speaker for s in parse_podcast_json(json.dumps(document))] == ["Speaker 0", None]


def test_names_in_the_text_are_speakers_where_no_field_has_them() -> None:
    document = [{"start": 1, "text": "Ann: Hi."}, {"start": 2, "text": "Ann: Ho."}]

    assert [(s.speaker, s.text) for s in parse_podcast_json(json.dumps(document))] == [("Ann", "Hi."), ("Ann", "Ho.")]


def test_impossible_times_are_no_times() -> None:
    starts = zip("abcd", ("NaN", "-1", "1e999", "true"), strict=True)
    text = "[" + ", ".join(f'{{"start": {start}, "text": "{name}."}}' for name, start in starts) + "]"

    assert [(s.start, s.text) for s in parse_podcast_json(text)] == [
        (None, "a."),
        (None, "b."),
        (None, "c."),
        (None, "d."),
    ]


@pytest.mark.parametrize(
    "text", ['{"error": "not found", "status": 404}', '["a", "b"]', "[]", "{}", "3", '[{"text": "no time"}]']
)
def test_json_of_another_schema_is_refused(text: str) -> None:
    with pytest.raises(TranscriptUnreadable, match="schema"):
        parse_podcast_json(text)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '[{"start": ' + "9" * 5000 + "}]", ""])
def test_broken_json_is_refused(text: str) -> None:
    with pytest.raises(TranscriptUnreadable, match="broken"):
        parse_podcast_json(text)


@settings(max_examples=50)
@given(
    st.lists(
        st.fixed_dictionaries({"startTime": st.floats(0, 36_000), "body": st.sampled_from(["flour", "salt.", "and,"])}),
        min_size=1,
    )
)
def test_no_word_is_lost(pieces: list[dict[str, Any]]) -> None:
    said = [{**piece, "body": f"{number}{piece['body']}"} for number, piece in enumerate(pieces)]

    segments = parse_podcast_json(json.dumps({"segments": said}))

    assert sorted(word for s in segments for word in s.text.split()) == sorted(piece["body"] for piece in said)
    assert all(s.start is not None and s.end is not None and s.start <= s.end for s in segments)


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["segments", "text", "body", "start", "words", "speaker", "timestamp", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=30,
)


@given(values)
def test_no_document_makes_it_fail_in_another_way(document: object) -> None:
    with suppress(TranscriptUnreadable):
        parse_podcast_json(json.dumps(document))
