"""The fixed sentences of posts, cards and answers, in one place."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.texts.reading import counted, in_words, short_day, shortened, weekday
from pipeline.domain.answer import Answer, Widened
from pipeline.domain.digest import Digest, Label, Pick
from pipeline.domain.insight import Author, Certainty, Insight
from pipeline.domain.transcript import Basis

PRESS_OR_ASK = "Press a number for the evidence. Ask about any of them in the thread."
TYPE_OR_ASK = "“card 2” shows the evidence for no. 2. Ask about any of them."
FOUND_NOTHING = "I did not find a sure answer in the shows followed here."
NOTHING_FOLLOWED = "Nothing is followed here yet. Add a show with “add https://example.org/feed.xml”."
NOBODY_READS = "No service runs: “podsift scan” reads them now, “podsift run” reads and posts from now on."
ASK_AWAY = "Ask me about anything that was said in the shows followed here."
FOR_EXAMPLE = "For example: “What did they say about heat pumps?” “Who thinks that reviews slow a team down?”"
CLOSEST = "This came closest, and may be about something else:"
CLOSEST_FEW = "These came closest, and may be about something else:"
TRY_OTHERWISE = "Try other words, name the show or the guest, or add a show that talks about it."
ONLY_PARTLY = "The episodes answer only a part of this."
PASSAGES_ONLY = "These are the speakers' own words, not an answer."
PASSAGES_NOT_ANSWER = "These are the speakers' own words, not an answer: no language model is set up."
NO_PASSAGE = "No passage holds these words or this meaning."
NOTHING_MATCHES = "Nothing matches; these came closest, and may be about something else:"
_SHOW_ROOM = 40


def no_post_yet(following: datetime | None, *, zone: str) -> str:
    """Why there is no card by number, and when there will be; `following` is the next post's moment."""
    if following is None:
        return "Nothing was posted here this week, and the daily post is paused; “resume” starts it again."
    local = following.astimezone(ZoneInfo(zone))
    return f"Nothing was posted here this week. The next post comes on {weekday(local.date())} at {local:%H:%M}."


def no_such_number(number: int, *, count: int, day: date) -> str:
    """What numbers there are instead."""
    held = "only no. 1" if count == 1 else f"no. 1 to {count}"
    return f"There is no insight no. {number} in the post of {weekday(day)}; it has {held}."


def digest_title(count: int, day: date) -> str:
    """The heading of a post."""
    return f"{in_words(count).capitalize()} {'insight' if count == 1 else 'insights'} for {weekday(day)}"


def empty_title(day: date) -> str:
    """The heading of a day without a post."""
    return f"Nothing for {weekday(day)}"


def why_empty(digest: Digest) -> str:
    """Why there is no post."""
    if not digest.considered:
        return "No episode with insights has come out since the last post."
    return f"{_considered(digest)} Nothing was new and well supported enough to post."


def coverage(digest: Digest, *, most: int) -> str:
    """Out of how much the day's items were chosen, and why there are not more."""
    few = " Nothing else was new, good enough and from another episode." if len(digest.picks) < most else ""
    return f"{_considered(digest)}{few}"


def picked_passages(picks: tuple[Pick, ...]) -> str:
    """Says which items no model has worded; empty when a model worded all."""
    numbers = [str(pick.number) for pick in picks if pick.candidate.insight.author is Author.EXTRACT]
    if not numbers:
        return ""
    if len(numbers) == len(picks):
        return "Picked passages, in the speakers' own words; no language model worded them."
    return f"Picked passages, in the speakers' own words: no. {', '.join(numbers)}."


def label(pick: Pick) -> str:
    """A pick's label in words, empty without one."""
    match pick.label:
        case Label.NONE:
            return ""
        case Label.NEW:
            return "New"
        case Label.FOLLOW_UP:
            day = "" if pick.label_day is None else f"{short_day(pick.label_day)}, "
            return f"Follow-up to {day}no. {pick.label_number}"
        case Label.COUNTERPOINT:
            return f"Counterpoint to no. {pick.label_number}"
        case Label.ALSO_ON:
            only = len(pick.also_on) == 1
            return f"Also on {shortened(pick.also_on[0], _SHOW_ROOM) if only else f'{len(pick.also_on)} shows'}"


def basis(insight: Insight, written_by: Basis | None) -> str:
    """What an insight rests on: whose words, whose transcript, whose speaker."""
    words = "A picked passage, word for word" if insight.author is Author.EXTRACT else f"A {insight.kind.value}"
    transcript = {
        None: "from the transcript",
        Basis.PUBLISHED: "from the publisher's own transcript",
        Basis.TRANSCRIBED: "from our transcript of the audio",
    }[written_by]
    speaker = {
        Certainty.PUBLISHER: "the publisher names the speaker",
        Certainty.INTRODUCED: "the speaker is introduced in the episode",
        Certainty.UNNAMED: "the speaker is not named",
    }[insight.certainty]
    return f"{words}, {transcript}; the quote matches by {insight.evidence:.0%}; {speaker}."


def answer_coverage(answer: Answer) -> str:
    """From how many passages and episodes, out of how many."""
    return found_in(len(answer.citations), answer.episodes, answer.searched)


def widened(how: Widened) -> str:
    """How far from the insight that was asked about the answer was found."""
    if how is Widened.EPISODE:
        return "not said beside that insight; from elsewhere in its episode"
    return "that episode does not say; from all shows followed here"


def found_in(passages: int, episodes: int, searched: int) -> str:
    """«4 passages from 3 episodes; 212 searched»."""
    return f"{counted(passages, 'passage')} from {counted(episodes, 'episode')}; {searched:,} searched"


def _considered(digest: Digest) -> str:
    insights, episodes = counted(digest.considered, "insight"), counted(digest.episodes, "episode")
    return f"{insights} from {episodes} considered."
