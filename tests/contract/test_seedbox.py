"""What every download client behind the Seedbox port does, shown on a real swarm.

A new adapter joins by one line in CLIENTS: a function that opens it with a working folder of its own.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from src.core.errors import MalformedTorrentError, NoSuchTorrentError
from src.seedbox.embedded import open_embedded
from src.seedbox.models import AddRequest, TorrentState
from src.seedbox.ports import Seedbox
from tests.sandbox.swarm import SeededTorrent, Swarm, followed

pytestmark = pytest.mark.requirement("SEEDBOX-001")

FILM = "Night.of.the.Living.Dead.1968.1080p.BluRay.x264-SANDBOX"
NOBODY = "00112233445566778899aabbccddeeff00112233"
Opener = Callable[[Path], AbstractAsyncContextManager[Seedbox]]


def _embedded(folder: Path) -> AbstractAsyncContextManager[Seedbox]:
    return open_embedded(
        folder / "data",
        state_folder=folder / "state",
        listen="127.0.0.1:0",
        local_network=True,
        reserve_bytes=0,
    )


CLIENTS: dict[str, Opener] = {
    "embedded": _embedded,
}


@pytest.fixture(params=CLIENTS)
async def seedbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Seedbox]:
    async with CLIENTS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
async def swarm() -> AsyncIterator[Swarm]:
    async with Swarm() as opened:
        yield opened


@pytest.fixture
async def film(swarm: Swarm) -> SeededTorrent:
    return await swarm.seed(FILM, {"film.mkv": 1_000_000, "subs/en.srt": 2_000})


@pytest.mark.parametrize("with_torrent", [False, True], ids=["magnet", "torrent"])
async def test_what_is_added_arrives_whole(seedbox: Seedbox, film: SeededTorrent, with_torrent: bool) -> None:
    added = await seedbox.add(film.request(with_torrent=with_torrent))
    done = await followed(seedbox, film.infohash, TorrentState.DONE)
    assert added.infohash == done.infohash == film.infohash
    assert (done.progress, done.done_bytes, done.size_bytes) == (1.0, film.size_bytes, film.size_bytes)
    assert done.path is not None
    assert film.is_in(Path(done.path).parent)
    assert (done.name, done.error) == (FILM, None)


@pytest.mark.requirement("SEEDBOX-002")
async def test_adding_again_changes_nothing(seedbox: Seedbox, film: SeededTorrent) -> None:
    await seedbox.add(film.request())
    await followed(seedbox, film.infohash, TorrentState.DONE)
    again = await seedbox.add(film.request(with_torrent=True))
    assert again.state is TorrentState.DONE
    assert [status.infohash for status in await seedbox.list()] == [film.infohash]


async def test_an_infohash_is_the_same_in_capitals(seedbox: Seedbox, film: SeededTorrent) -> None:
    added = await seedbox.add(AddRequest(film.infohash.upper(), film.magnet))
    assert added.infohash == film.infohash
    assert (await seedbox.status(film.infohash.upper())).infohash == film.infohash


async def test_list_is_empty_then_names_everything(seedbox: Seedbox, swarm: Swarm) -> None:
    assert list(await seedbox.list()) == []
    items = [await swarm.seed(name, {"a.mkv": 50_000}) for name in ("Nosferatu.1922", "The.General.1926")]
    for item in items:
        await seedbox.add(item.request(with_torrent=True))
    for item in items:
        await followed(seedbox, item.infohash, TorrentState.DONE)
    assert {status.name for status in await seedbox.list()} == {"Nosferatu.1922", "The.General.1926"}


async def test_unknown_torrents_are_told_apart(seedbox: Seedbox) -> None:
    for call in (seedbox.status, seedbox.pause, seedbox.resume):
        with pytest.raises(NoSuchTorrentError):
            await call(NOBODY)
    await seedbox.remove(NOBODY, delete_data=True)


async def test_a_torrent_of_another_infohash_is_refused(seedbox: Seedbox, film: SeededTorrent) -> None:
    magnet = f"magnet:?xt=urn:btih:{NOBODY}"
    with pytest.raises(MalformedTorrentError):
        await seedbox.add(AddRequest(NOBODY, magnet, film.torrent))
    assert list(await seedbox.list()) == []


async def test_pause_and_resume(seedbox: Seedbox, swarm: Swarm, film: SeededTorrent) -> None:
    await swarm.set_rate(200_000)
    await seedbox.add(film.request(with_torrent=True))
    await followed(seedbox, film.infohash, lambda status: status.done_bytes > 0)
    await seedbox.pause(film.infohash)
    paused = await followed(seedbox, film.infohash, TorrentState.PAUSED)
    assert 0 < paused.progress < 1
    assert paused.eta is None
    await swarm.set_rate(0)
    await seedbox.resume(film.infohash)
    await followed(seedbox, film.infohash, TorrentState.DONE)


@pytest.mark.requirement("SEEDBOX-003")
async def test_progress_rate_and_eta_are_shown(seedbox: Seedbox, swarm: Swarm, film: SeededTorrent) -> None:
    await swarm.set_rate(300_000)
    await seedbox.add(film.request(with_torrent=True))
    status = await followed(seedbox, film.infohash, lambda status: status.done_bytes > 0 and status.rate > 0)
    assert status.state is TorrentState.DOWNLOADING
    assert status.size_bytes == film.size_bytes
    assert 0 < status.progress < 1
    assert status.progress == pytest.approx(status.done_bytes / film.size_bytes)
    assert status.eta == pytest.approx((film.size_bytes - status.done_bytes) / status.rate, rel=0.05)
    assert status.peers >= 1


@pytest.mark.parametrize("delete_data", [False, True])
async def test_remove_with_and_without_data(seedbox: Seedbox, film: SeededTorrent, delete_data: bool) -> None:
    await seedbox.add(film.request(with_torrent=True))
    done = await followed(seedbox, film.infohash, TorrentState.DONE)
    assert done.path is not None
    await seedbox.remove(film.infohash, delete_data=delete_data)
    with pytest.raises(NoSuchTorrentError):
        await seedbox.status(film.infohash)
    data = Path(done.path)
    assert film.is_in(data.parent) is not delete_data
    assert (data in data.parent.iterdir()) is not delete_data
    await seedbox.add(film.request(with_torrent=True))
    await followed(seedbox, film.infohash, TorrentState.DONE)


async def test_free_room_is_a_size_or_unknown(seedbox: Seedbox) -> None:
    free = await seedbox.free_bytes()
    assert free is None or free > 0
