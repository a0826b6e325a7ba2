"""The sample material: well formed, timed like speech, and what its README promises."""

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

import pytest

from bot.sample_host import PRIVATE_SHOW, PUBLIC_SHOWS

SAMPLES = files("bot.samples")
SHOWS = (*PUBLIC_SHOWS, PRIVATE_SHOW)
OFFER = re.compile(r'<podcast:transcript url="([^"]+)"')
WORDS_A_MINUTE = (140, 170)


@dataclass(frozen=True)
class Cue:
    start: float
    end: float
    speaker: str
    text: str


def template(show: str) -> str:
    return SAMPLES.joinpath(show, "feed.xml").read_text(encoding="utf-8")


def seconds(stamp: str) -> float:
    hours, minutes, rest = stamp.replace(",", ".").split(":")
    return round(int(hours) * 3600 + int(minutes) * 60 + float(rest), 3)


def read_vtt(text: str) -> list[Cue]:
    head, *blocks = text.rstrip("\n").split("\n\n")
    assert head == "WEBVTT"
    cues = []
    for block in blocks[1:]:
        match = re.fullmatch(r"([\d:.]{12}) --> ([\d:.]{12})\n<v ([^>]+)>([^<\n]+)</v>", block)
        assert match, block
        cues.append(Cue(seconds(match[1]), seconds(match[2]), match[3], match[4]))
    return cues


def read_srt(text: str) -> list[Cue]:
    cues = []
    for number, block in enumerate(text.rstrip("\n").split("\n\n"), start=1):
        match = re.fullmatch(r"(\d+)\n([\d:,]{12}) --> ([\d:,]{12})\n([^:\n]+): ([^\n]+)", block)
        assert match, block
        assert int(match[1]) == number
        cues.append(Cue(seconds(match[2]), seconds(match[3]), match[4], match[5]))
    return cues


def read_json(text: str) -> list[Cue]:
    content = json.loads(text)
    assert content["version"] == "1.0.0"
    return [Cue(s["startTime"], s["endTime"], s["speaker"], s["body"]) for s in content["segments"]]


READERS = {"vtt": read_vtt, "srt": read_srt, "json": read_json}
TRANSCRIPTS = sorted(
    f"{show}/{entry.name}" for show in SHOWS for entry in SAMPLES.joinpath(show).iterdir() if entry.name != "feed.xml"
)


def read_transcript(path: str) -> list[Cue]:
    return READERS[path.rpartition(".")[2]](SAMPLES.joinpath(path).read_text(encoding="utf-8"))


def said(cues: list[Cue]) -> str:
    return " ".join(cue.text for cue in cues)


@pytest.mark.parametrize("path", TRANSCRIPTS)
def test_a_transcript_is_well_formed_and_timed_like_speech(path: str) -> None:
    cues = read_transcript(path)
    words = len(said(cues).split())
    spoken = sum(cue.end - cue.start for cue in cues)

    assert 700 <= words <= 1300
    assert WORDS_A_MINUTE[0] < words / spoken * 60 < WORDS_A_MINUTE[1]
    assert len({cue.speaker for cue in cues}) == 2
    assert all(1 <= cue.end - cue.start <= 15 for cue in cues)
    assert all(before.end < after.start for before, after in pairwise(cues))
    assert all(1 <= len(re.findall(r"[.?!](?=\s|$|\")", cue.text)) <= 3 or cue.text[-1] in ",:;" for cue in cues)


@pytest.mark.parametrize("show", SHOWS)
def test_the_feed_names_the_speakers_and_the_length_of_each_transcript(show: str) -> None:
    items = template(show).split("<item>")[1:]

    for item in items:
        persons = set(re.findall(r"<podcast:person[^>]*>([^<]+)<", item))
        length = int(re.findall(r"<itunes:duration>(\d+)<", item)[0])
        for url in OFFER.findall(item):
            cues = read_transcript(url.removeprefix("{{base}}/").partition("?")[0])
            assert {cue.speaker for cue in cues} == persons
            assert 0 < length - cues[-1].end < 10


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("gradient-notes/small-models-at-home.vtt", "gradient-notes/small-models-at-home.json"),
        ("merge-window/we-switched-our-own-model-off.srt", "merge-window/we-switched-our-own-model-off.vtt"),
        ("load-curve/the-valley-and-the-data-centre.json", "load-curve/the-valley-and-the-data-centre.vtt"),
    ],
)
def test_two_formats_of_an_episode_say_the_same(first: str, second: str) -> None:
    assert read_transcript(first) == read_transcript(second)


def test_every_quote_in_the_readme_was_said_in_the_episode_it_names() -> None:
    readme = SAMPLES.joinpath("README.md").read_text(encoding="utf-8")
    quotes = re.findall(r"- `([\w/-]+)`: “([^”]+)”", readme)

    assert len(quotes) >= 10
    for episode, quote in quotes:
        path = next(path for path in TRANSCRIPTS if path.rpartition(".")[0] == episode)
        assert quote in said(read_transcript(path)), quote


def test_the_readme_lists_every_episode_and_every_advert() -> None:
    readme = SAMPLES.joinpath("README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `[\w-]+` \| `([\w-]+)` .*\| ([\d:]+|none) \|$", readme, re.MULTILINE))

    assert len(rows) == 11
    for path in TRANSCRIPTS:
        advert = [c.start for c in read_transcript(path) if "dot example" in c.text or "brought to you" in c.text]
        stem = path.rpartition("/")[2].rpartition(".")[0]
        minutes, _, rest = rows[stem].partition(":")
        assert (rows[stem] == "none") == (not advert)
        if advert:
            assert abs(int(minutes) * 60 + int(rest) - advert[0]) < 15
