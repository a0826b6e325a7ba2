import json
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.adapters.audio import transcription_child
from pipeline.adapters.audio.transcription_child import serve
from pipeline.adapters.audio.transcription_process import ProcessEnded, TranscriptionProcess
from pipeline.domain.errors import AudioUnreadable, DiskNearlyFull
from tests.peers.made_whisper import SENTENCE, make_whisper
from tests.peers.speech import speech, write_audio


def asked(*requests: dict[str, Any]) -> list[Any]:
    answers: list[Any] = []
    serve([json.dumps(request) for request in requests], lambda answer: answers.append(json.loads(json.dumps(answer))))
    return answers


def decode(folder: Path, **other: Any) -> dict[str, Any]:
    limits = {"length": 20, "reach": 3, "longest": 3600}
    files = {"file": str(folder / "a.flac"), "sound": str(folder / "a.s16")}
    return {"what": "decode", "reserve": 0, **files, **limits, **other}


def hear(folder: Path, model: Path, **other: Any) -> dict[str, Any]:
    choice = {"name": str(model), "device": "cpu", "compute_type": "int8", "threads": 1}
    place = {"sound": str(folder / "a.s16"), "start": 0.0, "end": 10.0}
    return {"what": "hear", "model": choice, "language": None, "hint": None, "careful": False, **place, **other}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_audio(tmp_path / "a.flac", speech(30), codec="flac", rate=16_000)
    return tmp_path


def test_decodes_and_then_hears(folder: Path) -> None:
    model = make_whisper(folder / "model")
    answers = asked(decode(folder), hear(folder, model), hear(folder, model, start=10.0, end=20.0))
    done = [answer["done"] for answer in answers if "done" in answer]
    assert done[0]["borders"] == [0, pytest.approx(19, abs=1), 30]
    assert len(done[0]["audio"]) == 32
    assert (folder / "a.s16").stat().st_size == 30 * 16_000 * 2
    for heard in done[1:]:
        assert " ".join(segment["text"] for segment in heard["segments"]) == SENTENCE
    assert done[2]["segments"][0]["start"] >= 10
    assert answers[0].keys() == {"progress"}


def test_one_bad_request_does_not_stop_the_next(folder: Path) -> None:
    (folder / "page.html").write_text("<html>")
    answers = asked(decode(folder, file=str(folder / "page.html")), hear(folder, folder / "none"), decode(folder))
    assert "web page" in answers[0]["unreadable"]
    assert any("cannot be loaded" in reason for reason in answers[1]["failed"])
    assert "done" in answers[-1]


def test_a_disk_that_fills_while_decoding_is_told(folder: Path) -> None:
    assert asked(decode(folder, reserve=10**18)) == [{"full": 10**18}]


def test_another_model_takes_the_place_of_the_first(folder: Path) -> None:
    first = make_whisper(folder / "first")
    second = make_whisper(folder / "second", sentence="something else entirely was said.")
    done = [a["done"] for a in asked(decode(folder), hear(folder, first), hear(folder, second)) if "done" in a]
    assert done[2]["segments"][0]["text"].startswith("something else")


def test_a_lack_of_memory_is_told_and_ends_the_process(folder: Path) -> None:
    answers: list[Any] = []

    def answer(message: Any) -> None:
        if "progress" in message:
            raise MemoryError
        answers.append(message)

    serve([json.dumps(decode(folder)), json.dumps(decode(folder))], answer)
    assert len(answers) == 1
    assert "choose a smaller speech model" in answers[0]["failed"][0]


@pytest.mark.parametrize("is_limited", [False, True])
async def test_a_process_answers_and_is_ended(folder: Path, is_limited: bool) -> None:
    process = TranscriptionProcess(is_limited=is_limited)
    told: list[float] = []
    try:
        done = await process.ask(decode(folder), seconds=60, on_progress=told.append)
        assert done["decoded"] == pytest.approx(30)
        assert told[-1] == 1
        first = process.pid
        with pytest.raises(AudioUnreadable):
            await process.ask(decode(folder, file=str(Path(transcription_child.__file__))), seconds=60)
        with pytest.raises(DiskNearlyFull):
            await process.ask(decode(folder, reserve=10**18), seconds=60)
        assert process.pid == first
    finally:
        await process.close()
    assert process.pid is None
    await process.close()


async def test_an_idle_process_gives_its_memory_back_and_the_next_request_starts_another(folder: Path) -> None:
    process = TranscriptionProcess(idle=0.0)
    ends: list[str] = []
    try:
        for _ in range(2):
            # It may end before it reads anything, which is told; what matters is that it is replaced.
            try:
                await process.ask(decode(folder), seconds=60)
            except ProcessEnded as ended:
                ends.append(ended.problem)
    finally:
        await process.close()
    assert set(ends) <= {"It ended by itself."}


@pytest.mark.parametrize(("seconds", "problem"), [(0.0, "not done within"), (60.0, "ended with code 1")])
async def test_a_process_that_hangs_or_fails_is_an_error(folder: Path, seconds: float, problem: str) -> None:
    process = TranscriptionProcess()
    request = decode(folder) if seconds == 0 else {"what": "decode", "nonsense": 1}
    try:
        with pytest.raises(ProcessEnded, match=problem):
            await process.ask(request, seconds=seconds)
        assert (await process.ask(decode(folder), seconds=60))["decoded"] == pytest.approx(30)
    finally:
        await process.close()


def environment_of(pid: int | None) -> set[str]:
    lines = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return {line.split(b"=")[0].decode() for line in lines if line}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's environment from /proc")
async def test_the_process_sees_no_secret_of_the_service(folder: Path) -> None:
    process = TranscriptionProcess(environment={"HF_HOME": "/models"})
    try:
        await process.ask(decode(folder), seconds=60)
        names = environment_of(process.pid)
    finally:
        await process.close()
    assert "HF_HOME" in names
    assert "PATH" not in names
