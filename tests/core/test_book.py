"""The book of downloads: one entry an infohash, everyone who asked for it, and nobody else."""

from datetime import timedelta

import pytest

from src.concierge.book import Download, DownloadBook, DownloadState
from src.concierge.tables import downloads, followers
from src.core.database import Database
from src.core.errors import NotFoundError, SecretUnreadableError
from src.core.secrets import SecretBox
from tests.core.conftest import ANNA, BORIS, ELSEWHERE, HOME, NOON, ManualClock, rows_of

HASH, OTHER = "a" * 40, "b" * 40
MAGNET = f"magnet:?xt=urn:btih:{HASH}&tr=https%3A%2F%2Ftracker.invalid%2Fpasskey-1234"


@pytest.fixture
def book(database: Database, box: SecretBox, clock: ManualClock) -> DownloadBook:
    return DownloadBook(database, box, clock)


async def wanted(
    book: DownloadBook,
    database: Database,
    infohash: str = HASH,
    *,
    title: str = "Nosferatu (1922)",
    by: int = ANNA,
) -> Download:
    async with database.write() as connection:
        magnet = MAGNET.replace(HASH, infohash)
        await book.want(connection, infohash=infohash, title=title, magnet=magnet, size=700)
        await book.follow(connection, infohash, by, HOME, f"p-{by}")
    return await book.get(infohash)


async def test_a_wish_is_written_down_whole(book: DownloadBook, database: Database) -> None:
    assert await wanted(book, database) == Download(
        HASH, "Nosferatu (1922)", MAGNET, DownloadState.WANTED, 700, None, None
    )
    assert [one.infohash for one in await book.in_state(DownloadState.WANTED)] == [HASH]


@pytest.mark.requirement("USER-002.1")
async def test_a_magnet_is_encrypted_and_bound_to_its_row(
    book: DownloadBook, database: Database, box: SecretBox
) -> None:
    await wanted(book, database)
    await wanted(book, database, OTHER)
    first, _ = await rows_of(database, downloads)
    assert b"passkey" not in first["magnet"]
    assert first["key_id"] == box.key_id
    async with database.write() as connection:
        await connection.execute(downloads.update().values(magnet=first["magnet"]))
    with pytest.raises(SecretUnreadableError):
        await book.get(OTHER)


async def test_the_wish_and_its_follower_are_one_transaction(book: DownloadBook, database: Database) -> None:
    async def broken() -> None:
        async with database.write() as connection:
            await book.want(connection, infohash=HASH, title="t", magnet=MAGNET, size=None)
            await book.follow(connection, HASH, ANNA, HOME, "p")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    assert await rows_of(database, downloads) == []
    assert await rows_of(database, followers) == []


@pytest.mark.requirement("SEEDBOX-002.1")
@pytest.mark.parametrize("state", list(DownloadState))
async def test_wanting_again_revives_what_is_over_and_leaves_what_lives(
    book: DownloadBook, database: Database, clock: ManualClock, state: DownloadState
) -> None:
    await wanted(book, database)
    await book.mark(HASH, state, path="/films/nosferatu")
    await book.stalled(HASH, NOON)
    clock.turn(hours=1)
    again = await wanted(book, database, title="Another title")
    over = state in (DownloadState.REMOVED, DownloadState.FAILED)
    assert again.state == (DownloadState.WANTED if over else state)
    assert again.title == ("Another title" if over else "Nosferatu (1922)")
    assert again.stalled_since == (None if over else NOON)
    assert len(await rows_of(database, downloads)) == 1


@pytest.mark.requirement("SEEDBOX-003.2")
async def test_everyone_who_asked_follows_each_with_a_key_of_their_own(
    book: DownloadBook, database: Database
) -> None:
    await wanted(book, database)
    await wanted(book, database, by=BORIS)
    anna, boris = sorted(await book.followers_of(HASH), key=lambda follower: follower.person)
    assert (anna.person, boris.person) == (ANNA, BORIS)
    assert anna.key("done") != boris.key("done")
    assert anna.key("done") != anna.key("failed")


async def test_who_asks_again_hears_of_it_where_they_asked_last(
    book: DownloadBook, database: Database
) -> None:
    await wanted(book, database)
    async with database.write() as connection:
        await book.follow(connection, HASH, ANNA, ELSEWHERE, "p-2")
    (follower,) = await book.followers_of(HASH)
    assert (follower.conversation, follower.asked_by) == (ELSEWHERE, "p-2")


async def test_who_stops_following_leaves_it_to_the_others(book: DownloadBook, database: Database) -> None:
    await wanted(book, database)
    await wanted(book, database, by=BORIS)
    assert await book.unfollow(HASH, ANNA) == 1
    assert await book.unfollow(HASH, ANNA) == 1
    assert await book.unfollow(HASH, BORIS) == 0
    assert (await book.get(HASH)).state is DownloadState.WANTED


async def test_a_download_is_shown_to_its_followers_only(book: DownloadBook, database: Database) -> None:
    await wanted(book, database)
    assert (await book.followed(HASH, ANNA)).infohash == HASH
    with pytest.raises(NotFoundError):
        await book.followed(HASH, BORIS)
    assert await book.of_person(BORIS) == []
    with pytest.raises(NotFoundError):
        await book.get(OTHER)


async def test_a_persons_downloads_are_newest_first_without_removed_ones(
    book: DownloadBook, database: Database, clock: ManualClock
) -> None:
    for number in range(12):
        await wanted(book, database, f"{number:040}")
        clock.turn(minutes=1)
    await book.mark(f"{11:040}", DownloadState.REMOVED)
    listed = [int(one.infohash) for one in await book.of_person(ANNA)]
    assert listed == list(range(10, 0, -1))
    assert [int(one.infohash) for one in await book.of_person(ANNA, limit=2)] == [10, 9]


async def test_what_is_done_says_when_and_where(
    book: DownloadBook, database: Database, clock: ManualClock
) -> None:
    await wanted(book, database)
    clock.turn(hours=2)
    await book.mark(HASH, DownloadState.ADDED, size_bytes=800)
    async with database.write() as connection:
        await book.mark(HASH, DownloadState.DONE, connection=connection, path="/films/nosferatu")
    (row,) = await rows_of(database, downloads)
    assert (row["state"], row["size_bytes"], row["path"]) == ("done", 800, "/films/nosferatu")
    assert (row["added_at"], row["done_at"]) == (NOON, NOON + timedelta(hours=2))
    assert await book.in_state(DownloadState.WANTED, DownloadState.ADDED) == []


async def test_a_mark_goes_with_the_transaction_it_was_made_in(
    book: DownloadBook, database: Database
) -> None:
    async def broken() -> None:
        async with database.write() as connection:
            await book.mark(HASH, DownloadState.DONE, connection=connection)
            raise ZeroDivisionError

    await wanted(book, database)
    with pytest.raises(ZeroDivisionError):
        await broken()
    assert (await book.get(HASH)).state is DownloadState.WANTED


@pytest.mark.requirement("SEEDBOX-003.3")
async def test_a_stall_has_its_beginning_and_its_end(book: DownloadBook, database: Database) -> None:
    await wanted(book, database)
    await book.stalled(HASH, NOON)
    assert (await book.get(HASH)).stalled_since == NOON
    await book.stalled(HASH, None)
    assert (await book.get(HASH)).stalled_since is None
