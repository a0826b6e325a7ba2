"""What a feed says of an episode, as the catalogue keeps it: of a private feed sealed, for its addresses may be keys.

The column `found` of a private feed's episode holds what may be shown, `sealed_found` all of it; `enclosure` is sealed,
and `guid`, where it is such an address, a name that nobody can guess without the key.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.codecs import digest_from_json, digest_to_json, found_from_json, found_to_json
from pipeline.adapters.catalog.tables import digest, episode, episode_identity, feed_listing
from pipeline.adapters.sealing import Seal, needed
from pipeline.domain.audience import PUBLIC
from pipeline.domain.digest import Candidate, Digest
from pipeline.domain.feed import FoundEpisode, Listing
from pipeline.domain.identity import content_hash
from pipeline.domain.intake.identity_rules import identity_of
from pipeline.domain.intake.keyed_address import without_keys
from pipeline.domain.intake.members_copy import may_be_shown


def found_values(found: FoundEpisode, *, audience: str, seal: Seal | None) -> dict[str, str | None]:
    """The columns that say what the feed does. Raises SettingsError without the seal it needs."""
    said = found_to_json(found)
    enclosure = found.enclosures[0].url if found.enclosures else None
    shared = {"guid": found.guid, "title": found.title}
    if audience == PUBLIC.key:
        hashed = content_hash(said.encode())
        return {**shared, "found": said, "sealed_found": None, "found_hash": hashed, "enclosure": enclosure}
    seal = needed(seal)
    return {
        **shared,
        "found": found_to_json(may_be_shown(found)),
        "sealed_found": seal.close(said),
        "found_hash": seal.name(said),
        "enclosure": None if enclosure is None else seal.close(enclosure),
    }


def open_found(plain: str, sealed: str | None, *, seal: Seal | None) -> FoundEpisode:
    """All that the feed says, from the columns `found` and `sealed_found`. Raises SettingsError with another key."""
    return found_from_json(plain if sealed is None else needed(seal).open(sealed))


def open_enclosure(row: Row[Any], *, seal: Seal | None) -> str | None:
    """The address in the column `enclosure`. Raises SettingsError with another key."""
    if row.enclosure is None or row.audience == PUBLIC.key:
        return None if row.enclosure is None else str(row.enclosure)
    return needed(seal).open(row.enclosure)


def with_kept_guids(found: Sequence[FoundEpisode], *, audience: str, seal: Seal | None) -> tuple[FoundEpisode, ...]:
    """The episodes as the catalogue knows them; done again it changes nothing."""
    if audience == PUBLIC.key:
        return tuple(found)
    return tuple(replace(one, guid=_kept_guid(one.guid, seal)) for one in found)


def kept_listing(listing: Listing | None, *, audience: str, seal: Seal | None) -> Listing | None:
    """The same for what a feed has."""
    if listing is None or audience == PUBLIC.key:
        return listing
    return replace(
        listing,
        unchanged=frozenset(_kept_guid(guid, seal) for guid in listing.unchanged),
        items=tuple(replace(item, guid=_kept_guid(item.guid, seal)) for item in listing.items),
    )


async def seal_episodes(connection: AsyncConnection, *, seal: Seal) -> None:
    """Seal what was written of private episodes before it was sealed. The listings go: the next reading is whole."""
    query = select(episode).where(episode.c.audience != PUBLIC.key, episode.c.sealed_found.is_(None))
    rows = (await connection.execute(query)).all()
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        # What is written over must not stay readable in the file.
        await connection.execute(text("PRAGMA secure_delete = ON"))
    await connection.execute(delete(feed_listing).where(feed_listing.c.audience != PUBLIC.key))
    for row in rows:
        await _seal_row(connection, row, seal=seal)
    for row in (await connection.execute(select(digest))).all():
        shown = digest_to_json(_to_show(digest_from_json(row.payload), seal=seal))
        same = (digest.c.channel_id == row.channel_id) & (digest.c.local_date == row.local_date)
        await connection.execute(update(digest).where(same).values(payload=shown))


async def _seal_row(connection: AsyncConnection, row: Row[Any], *, seal: Seal) -> None:
    (found,) = with_kept_guids([found_from_json(row.found)], audience=row.audience, seal=seal)
    identity = identity_of(row.feed_id, found.guid)
    known = select(episode_identity.c.id).where(episode_identity.c.id == identity)
    if found.guid != row.guid and (await connection.execute(known)).first() is None:
        new = {"id": identity, "episode_id": row.id, "audience": row.audience}
        await connection.execute(insert(episode_identity).values(new))
    values = found_values(found, audience=row.audience, seal=seal)
    await connection.execute(update(episode).where(episode.c.id == row.id).values(values))


def _to_show(whole: Digest, *, seal: Seal) -> Digest:
    return replace(whole, picks=tuple(replace(one, candidate=_shown(one.candidate, seal=seal)) for one in whole.picks))


def _shown(candidate: Candidate, *, seal: Seal) -> Candidate:
    of = candidate.episode
    if of.audience.is_public:
        return candidate
    (found,) = with_kept_guids([of.found], audience=of.audience.key, seal=seal)
    return replace(candidate, episode=replace(of, found=may_be_shown(found)))


def _kept_guid(guid: str, seal: Seal | None) -> str:
    """A guid may be the enclosure's address."""
    return guid if "://" not in guid or without_keys(guid) == guid else needed(seal).name(guid)
