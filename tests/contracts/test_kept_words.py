"""KeptWords: what is old and nobody keeps is forgotten; that the episode was there is not."""

from datetime import date, timedelta

from pipeline.adapters.catalog import SqlKeptWords
from pipeline.domain.digest import Candidate, Digest, Pick
from pipeline.domain.episode import EpisodeState
from pipeline.domain.feed import TranscriptOffer
from pipeline.domain.rejected import RejectedProposal
from pipeline.ports import KeptWords
from pipeline.steps.forget import forget_old_words
from tests.peers.catalog import NOW, OURS, Stores, channel, found, insight, transcript
from tests.peers.memory_index import MemoryIndex

MONTH = timedelta(days=30)
LATER = NOW + timedelta(days=100)


async def read(stores: Stores, number: int, *, days_old: float = 0) -> str:
    """An episode that was read now, with words and an insight; its id."""
    feed = await stores.followed_feed()
    await stores.feeds.record(feed, (found(number, days_old=days_old),))
    (episode,) = await stores.episodes.waiting()
    words = transcript("The moon pulls the sea.")
    await stores.transcripts.save(episode.id, words)
    made = (insight(episode.id),)
    await stores.insights.save(episode.id, made, source=words.hash, version="1", rejected={})
    await stores.replies.save(f"key-{number}", "reply", episode_id=episode.id)
    await stores.rejections.record(episode.id, (RejectedProposal("h", "b", "q", "r", "d"),))
    await stores.episodes.settle(episode.id, EpisodeState.READY)
    return episode.id


async def post(stores: Stores, episode_id: str, day: date) -> None:
    """Put the episode's insight into a digest."""
    candidate = Candidate(insight(episode_id), await stores.episodes.get(episode_id))
    digest = Digest(channel().id, day, (Pick(1, candidate, 0.5, ()),), (), 1, 1)
    await stores.digests.save(digest, workspace=OURS)


async def test_old_words_go_and_the_episode_stays(stores: Stores) -> None:
    words: KeptWords = SqlKeptWords(stores.db)
    old = await read(stores, 1)
    assert await words.outlived(LATER - MONTH) == (old,)
    await words.forget((old,))
    assert await words.outlived(LATER) == ()
    episode = await stores.episodes.get(old)
    assert (episode.state, episode.title) == (EpisodeState.FORGOTTEN, "Part 1")
    assert await stores.transcripts.load(old) is None
    assert await stores.insights.current(old) == ()
    assert await stores.replies.load("key-1") is None
    assert await stores.rejections.of(old) == ()
    assert await stores.episodes.ready_ids() == ()


async def test_what_is_forgotten_is_never_new_again(stores: Stores) -> None:
    old = await read(stores, 1)
    await SqlKeptWords(stores.db).forget((old,))
    feed = await stores.followed_feed()
    offer = TranscriptOffer("https://pods.example/late.vtt", "text/vtt")
    for seen in (found(1), found(1, offers=(offer.url,)), found(1, title="Part 1, edited")):
        assert await stores.feeds.record(feed, (seen,)) == 0
    assert await stores.episodes.waiting() == ()
    stock = await stores.library.stock(workspace=OURS)
    assert (stock.episodes.forgotten, stock.episodes.total) == (1, 1)


async def test_the_days_count_from_when_it_came_out_or_was_read_if_that_was_later(stores: Stores) -> None:
    words = SqlKeptWords(stores.db)
    archive = await read(stores, 1, days_old=900)
    assert await words.outlived(NOW - MONTH) == (), "it was read just now"
    assert await words.outlived(NOW + MONTH) == (archive,)


async def test_what_was_posted_stays(stores: Stores) -> None:
    words = SqlKeptWords(stores.db)
    posted, other, free = [await read(stores, number) for number in (1, 2, 3)]
    for days in range(1, 205):  # more than are looked through at once
        await post(stores, posted if days == 203 else other, NOW.date() + timedelta(days=days))
    assert await words.outlived(LATER) == (free,)


async def test_what_a_member_saved_or_voted_on_stays(stores: Stores) -> None:
    words = SqlKeptWords(stores.db)
    saved, liked, other = [await read(stores, number) for number in (1, 2, 3)]
    await stores.reactions.save(channel().id, insight(saved).id, workspace=OURS, member="ann")
    await stores.reactions.vote(channel().id, insight(liked).id, workspace=OURS, member="ann", vote=1)
    assert await words.outlived(LATER) == (other,)


async def test_what_waits_is_left_alone(stores: Stores) -> None:
    old = await read(stores, 1)
    await stores.operations.retry(old)
    assert await SqlKeptWords(stores.db).outlived(LATER) == ()


async def test_the_index_forgets_too_and_a_second_time_changes_nothing(stores: Stores) -> None:
    old, posted = await read(stores, 1), await read(stores, 2)
    await post(stores, posted, NOW.date())
    index = MemoryIndex()
    for one in (old, posted):
        await index.add(await stores.episodes.get(one), transcript("The moon pulls the sea."), (insight(one),))
    words = SqlKeptWords(stores.db)
    assert await forget_old_words(LATER, words=words, index=index) == 1
    assert await index.indexed_episode_ids() == {posted}
    assert await forget_old_words(LATER, words=words, index=index) == 0
