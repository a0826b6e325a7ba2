"""Answering a question: near the insight that is meant first, further away only where that says nothing."""

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from pipeline.domain.answer import Answer, Citation, Grade, Moment, Question, Statement, Widened
from pipeline.domain.audience import LOCAL
from pipeline.domain.insight import Author
from pipeline.domain.passage import SearchResult
from pipeline.domain.transcript import Transcript
from pipeline.ports import Told
from pipeline.steps.answer import answer_question
from tests.peers.made_episodes import episode, transcript
from tests.peers.memory_index import MemoryIndex
from tests.peers.memory_stores import MemoryTranscripts

HEATING = ("The pump was fine but the pipes were narrow.", "Narrow pipes want hotter water all winter.")
COOLING = ("In summer the same machine cools the rooms.", "Cooling with a pump costs little in summer.")


@dataclass
class Grades:
    """A writer that cites all it is given and grades by what the passages say; it remembers what it was asked."""

    by_word: dict[str, Grade] = field(default_factory=dict)
    author: Author = Author.EXTRACT
    asked: list[int] = field(default_factory=list)

    async def write(self, question: Question, found: SearchResult, *, told: Told | None = None) -> Answer:
        self.asked.append(len(found.passages))
        said = " ".join(passage.text for passage in found.passages)
        grade = next((grade for word, grade in self.by_word.items() if word in said), Grade.NOT_FOUND)
        citations = tuple(Citation(n, p) for n, p in enumerate(found.passages, start=1))
        statements = (Statement("So it is.", (1,)),) if self.author is Author.MODEL and grade is Grade.PARTLY else ()
        answer = Answer(question.text, grade, self.author, statements, citations, found.searched)
        if told is not None and statements:
            told(answer)
        return answer


@pytest.fixture
async def index() -> MemoryIndex:
    made = MemoryIndex()
    await made.add(episode("heating"), transcript(HEATING), ())
    await made.add(episode("cooling", show="other"), transcript(COOLING), ())
    return made


def about(name: str, start: float = 0.0) -> Question:
    moment = Moment(episode(name).id, start, start + 5)
    return Question("What does it cost in summer?", LOCAL, context="Narrow pipes and pumps", about=(moment,))


async def ask(question: Question, index: MemoryIndex, writer: Grades, told: Told | None = None) -> Answer:
    return await answer_question(question, index=index, transcripts=MemoryTranscripts(), writer=writer, told=told)


async def test_a_question_without_an_insight_is_asked_of_all_shows_at_once(index: MemoryIndex) -> None:
    writer = Grades({"summer": Grade.ANSWERED})
    answer = await ask(replace(about("heating"), about=()), index, writer)
    assert (answer.grade, answer.widened, len(writer.asked)) == (Grade.ANSWERED, None, 1)


async def test_an_answer_beside_the_insight_is_enough(index: MemoryIndex) -> None:
    writer = Grades({"pipes": Grade.ANSWERED})
    answer = await ask(about("heating"), index, writer)
    assert (answer.widened, len(writer.asked)) == (None, 1)
    assert {c.passage.episode_title for c in answer.citations} == {"Heating"}


async def test_an_answer_from_elsewhere_in_the_episode_says_so(index: MemoryIndex) -> None:
    answer = await ask(about("heating", start=900.0), index, Grades({"pipes": Grade.ANSWERED}))
    assert answer.widened is Widened.EPISODE


async def test_what_the_episode_does_not_say_is_looked_for_in_all_shows_and_said_so(index: MemoryIndex) -> None:
    answer = await ask(about("heating"), index, Grades({"summer": Grade.ANSWERED}))
    assert (answer.grade, answer.widened) == (Grade.ANSWERED, Widened.SHOWS)


async def test_half_an_answer_nearby_gives_way_only_to_a_whole_one(index: MemoryIndex) -> None:
    better = Grades({"summer": Grade.ANSWERED, "pipes": Grade.PARTLY})
    assert (await ask(about("heating"), index, better)).widened is Widened.SHOWS
    as_good = Grades({"pipes": Grade.PARTLY})
    assert (await ask(about("heating"), index, as_good)).widened is None


async def test_what_was_told_is_not_replaced_by_a_wider_answer(index: MemoryIndex) -> None:
    told: list[Answer] = []
    writer = Grades({"pipes": Grade.PARTLY}, author=Author.MODEL)
    answer = await ask(about("heating"), index, writer, told.append)
    assert told == [answer]
    assert len(writer.asked) == 1


async def test_nowhere_is_nowhere_and_was_not_widened(index: MemoryIndex) -> None:
    answer = await ask(about("heating"), index, Grades())
    assert (answer.grade, answer.widened) == (Grade.NOT_FOUND, None)


async def test_the_insights_episode_is_asked_though_the_channel_no_longer_follows_its_show(index: MemoryIndex) -> None:
    question = replace(about("heating"), feeds=(episode("cooling", show="other").feed_id,))
    answer = await ask(question, index, Grades({"pipes": Grade.ANSWERED}))
    assert {c.passage.episode_title for c in answer.citations} == {"Heating"}


async def test_what_an_insight_rests_on_comes_first_and_is_enough(index: MemoryIndex) -> None:
    quote = "The pump was fine but the pipes were narrow."
    transcripts = MemoryTranscripts({episode("heating").id: transcript(HEATING)})
    moment = Moment(episode("heating").id, 0.0, 10.0, quote)
    question = Question("What does no. 4 rest on?", LOCAL, context="hotter water all winter", about=(moment,))
    answer = await answer_question(question, index=index, transcripts=transcripts, writer=Grades({}))

    assert (answer.grade, answer.widened) == (Grade.ANSWERED, None)
    assert answer.citations[0].passage.text == quote
    assert [c.number for c in answer.citations] == [1, 2]


async def test_a_question_about_what_an_insight_says_keeps_the_writers_order(index: MemoryIndex) -> None:
    transcripts = MemoryTranscripts({episode("heating").id: transcript(HEATING)})
    moment = Moment(episode("heating").id, 0.0, 10.0, HEATING[0])
    question = Question("Why is the water in no. 4 hotter?", LOCAL, context="Narrow pipes", about=(moment,))
    writer = Grades({"pipes": Grade.PARTLY})
    answer = await answer_question(question, index=index, transcripts=transcripts, writer=writer)

    assert answer.grade is Grade.PARTLY
    assert HEATING[0] in {c.passage.text for c in answer.citations}


async def test_the_shows_that_are_named_are_asked_alone_without_their_titles(index: MemoryIndex) -> None:
    other = episode("cooling", show="other").feed_id
    question = Question("What does Other say of pump costs?", LOCAL, shows=(other,), subject="What of pump costs?")
    writer = Grades({"Cooling": Grade.ANSWERED})
    answer = await answer_question(question, index=index, transcripts=MemoryTranscripts(), writer=writer)

    assert {c.passage.feed_id for c in answer.citations} == {other}
    assert (answer.question, len(writer.asked)) == (question.text, 1)


async def test_named_shows_that_say_nothing_leave_all_the_others(index: MemoryIndex) -> None:
    other = episode("cooling", show="other").feed_id
    question = Question("What does Other say of narrow pipes?", LOCAL, shows=(other,), subject="What of narrow pipes?")
    writer = Grades({"pipes": Grade.ANSWERED})
    answer = await answer_question(question, index=index, transcripts=MemoryTranscripts(), writer=writer)

    assert answer.grade is Grade.ANSWERED
    assert "Heating" in {c.passage.episode_title for c in answer.citations}


async def test_a_writer_is_given_the_voices_and_seconds_of_the_transcript(index: MemoryIndex) -> None:
    said = transcript(HEATING, speaker="Bea")
    transcripts = MemoryTranscripts({episode("heating").id: said})
    question = Question("What do narrow pipes want?", LOCAL)
    writer = Grades({"pipes": Grade.ANSWERED})
    answer = await answer_question(question, index=index, transcripts=transcripts, writer=writer)

    heard = {c.passage.text: c.passage.speaker for c in answer.citations}
    assert {heard[text] for text in HEATING} == {"Bea"}


async def test_a_transcript_is_read_once_however_often_it_is_looked_into(index: MemoryIndex) -> None:
    transcripts = CountedTranscripts({episode("heating").id: transcript(HEATING)})
    moment = Moment(episode("heating").id, 0.0, 10.0, HEATING[0])
    question = Question("Why is the water in no. 4 hotter?", LOCAL, context="Narrow pipes", about=(moment,))
    await answer_question(question, index=index, transcripts=transcripts, writer=Grades({"pipes": Grade.PARTLY}))

    # In its episode first, for the quote then, and once more in all shows.
    assert transcripts.loads[episode("heating").id] == 1


class CountedTranscripts(MemoryTranscripts):
    def __init__(self, stored: dict[str, Transcript]) -> None:
        super().__init__(stored)
        self.loads: Counter[str] = Counter()

    async def load(self, episode_id: str) -> Transcript | None:
        self.loads[episode_id] += 1
        return await super().load(episode_id)
