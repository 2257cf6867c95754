"""A real swarm on loopback: an HTTP BitTorrent tracker and a libtorrent seeder with made-up files.

The bytes follow from the names alone, so infohashes and checksums are the same in every
run. Facts met: a tracker's path must begin with /announce, several peers on 127.0.0.1 need
allow_multiple_connections_per_ip, and libtorrent dials at its ticks only, so these are short here.
"""

import asyncio
import hashlib
import random
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, unquote_to_bytes

import libtorrent as lt
from aiohttp import web

from src.seedbox.models import AddRequest, TorrentState, TorrentStatus
from src.seedbox.ports import Seedbox

HOST = "127.0.0.1"
_CHUNK = 1024 * 1024
_INTERVAL = 5
_TICK = 0.05
_SEEDER: "lt.settings_pack" = {
    "listen_interfaces": f"{HOST}:0",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": False,
    "enable_incoming_utp": False,
    "allow_multiple_connections_per_ip": True,
    "ssrf_mitigation": False,
    "close_redundant_connections": False,
    "min_reconnect_time": 1,
    "tick_interval": int(_TICK * 1000),
    # No farewell to the tracker: the destructor would wait for it, and holds the lock the tracker needs.
    "stop_tracker_timeout": 0,
    "alert_mask": 0,
}


@dataclass(frozen=True, slots=True)
class SeededTorrent:
    """What is being seeded. `sha256` is by path inside the torrent's folder; sizes in bytes."""

    name: str
    infohash: str
    magnet: str
    torrent: bytes
    sha256: Mapping[str, str]
    size_bytes: int

    def request(self, *, with_torrent: bool = False) -> AddRequest:
        """The request that adds it to a seedbox."""
        return AddRequest(self.infohash, self.magnet, self.torrent if with_torrent else None)

    def is_in(self, folder: Path) -> bool:
        """Whether every file lies in `folder`, byte for byte."""
        files = {path: folder / self.name / path for path in self.sha256}
        return all(file.is_file() and _sha256(file) == self.sha256[path] for path, file in files.items())


@dataclass(slots=True)
class _Peers:
    """The tracker's table: who announced which infohash, by port; the port's value is what is left to it."""

    ports: dict[bytes, dict[int, int]] = field(default_factory=dict)

    def announce(self, infohash: bytes, port: int, left: int, event: str) -> None:
        peers = self.ports.setdefault(infohash, {})
        peers[port] = left
        if event == "stopped":
            del peers[port]

    def counts(self, infohash: bytes) -> tuple[int, int]:
        """Seeds and leeches."""
        left = self.ports.get(infohash, {}).values()
        seeds = sum(1 for one in left if one == 0)
        return seeds, len(left) - seeds


class Swarm:
    """A tracker and a seeder: `async with Swarm() as swarm: item = await swarm.seed(name, files)`."""

    def __init__(self) -> None:
        self.announced: list[tuple[str, int, str]] = []
        self._folder = Path(tempfile.mkdtemp(prefix="swarm-"))
        self._peers = _Peers()
        self._handles: dict[bytes, lt.torrent_handle] = {}
        self._rate = 0
        self._seeding = True
        self._session: lt.session | None = None
        self._runner: web.AppRunner | None = None
        self._base = ""
        self._port = 0

    async def __aenter__(self) -> Self:
        self._session = await asyncio.to_thread(lambda: lt.session(lt.session_params(_SEEDER)))
        self._port = await asyncio.to_thread(self._session.listen_port)
        app = web.Application()
        app.router.add_get("/announce", self._announce)
        app.router.add_get("/scrape", self._scrape)
        app.router.add_static("/files", self._folder)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, 0)
        await site.start()
        self._base = f"http://{HOST}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._session = self._session, None
        self._handles.clear()
        if session is not None:
            await asyncio.to_thread(session.pause)
            await asyncio.sleep(_TICK * 1.3)
            del session
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    @property
    def announce_url(self) -> str:
        """The tracker's address."""
        return f"{self._base}/announce"

    async def seed(self, name: str, files: Mapping[str, int], *, web_seed: bool = False) -> SeededTorrent:
        """Make the files (sizes in bytes, by path) in a torrent called `name`, and seed it.

        `web_seed` names this machine's copy over HTTP in the .torrent too.
        """
        item = await asyncio.to_thread(self._make, name, dict(files), web_seed)
        await asyncio.to_thread(self._enter, item.infohash, item.torrent)
        return item

    async def offer(self, torrent: bytes) -> AddRequest:
        """Hand out the metadata of any .torrent, without its data; the answer is the request by magnet."""
        params = lt.load_torrent_buffer(torrent)
        infohash = str(params.info_hashes.v1)
        await asyncio.to_thread(self._enter, infohash, torrent)
        return AddRequest(infohash, self._magnet(infohash, "offered"))

    async def given(self, item: SeededTorrent) -> int:
        """Bytes of the item's data that the seeder has sent so far."""
        handle = self._handles[bytes.fromhex(item.infohash)]
        status = await asyncio.to_thread(handle.status)
        return status.total_payload_upload

    async def set_rate(self, bytes_per_second: int) -> None:
        """Throttle what the seeder gives, per torrent, in bytes a second; 0 lifts it."""
        self._rate = bytes_per_second
        for handle in list(self._handles.values()):
            await asyncio.to_thread(handle.set_upload_limit, bytes_per_second)

    async def stop_seeding(self) -> None:
        """The seeder leaves: its connections close and the tracker does not name it."""
        self._seeding = False
        await asyncio.to_thread(self._running().pause)

    async def resume_seeding(self) -> None:
        """The seeder is back, and dials everyone who asked meanwhile."""
        self._seeding = True
        await asyncio.to_thread(self._running().resume)
        tables = self._peers.ports.items()
        wanting = [(infohash, port) for infohash, ports in tables for port, left in ports.items() if left]
        for infohash, port in wanting:
            await self._dial(infohash, port)

    def _running(self) -> lt.session:
        assert self._session is not None, "the swarm is closed"
        return self._session

    def _make(self, name: str, files: Mapping[str, int], web_seed: bool) -> SeededTorrent:
        sums = {
            path: _write(self._folder / name / path, f"{name}/{path}", size) for path, size in files.items()
        }
        creation = lt.create_torrent(lt.list_files(str(self._folder / name)), 0, lt.create_torrent.v1_only)
        creation.add_tracker(self.announce_url)
        if web_seed:
            creation.add_url_seed(f"{self._base}/files/")
        lt.set_piece_hashes(creation, str(self._folder))
        torrent = lt.bencode(creation.generate())
        infohash = str(lt.load_torrent_buffer(torrent).info_hashes.v1)
        magnet = self._magnet(infohash, name)
        return SeededTorrent(name, infohash, magnet, torrent, sums, sum(files.values()))

    def _magnet(self, infohash: str, name: str) -> str:
        tracker = quote(self.announce_url, safe="")
        return f"magnet:?xt=urn:btih:{infohash}&dn={quote(name)}&tr={tracker}"

    def _enter(self, infohash: str, torrent: bytes) -> None:
        params = lt.load_torrent_buffer(torrent)
        params.save_path = str(self._folder)
        params.flags = lt.torrent_flags.seed_mode
        params.url_seeds = []
        params.upload_limit = self._rate or -1
        self._handles[bytes.fromhex(infohash)] = self._running().add_torrent(params)

    async def _announce(self, request: web.Request) -> web.Response:
        query = _query(request)
        infohash, port = query["info_hash"], int(query["port"])
        left, event = int(query.get("left", b"0")), query.get("event", b"").decode()
        if infohash not in self._handles:
            return _bencoded({b"failure reason": b"unknown torrent"})
        self.announced.append((infohash.hex(), port, event))
        self._peers.announce(infohash, port, left, event)
        if left and event != "stopped" and self._seeding:
            await self._dial(infohash, port)
        return _bencoded(self._answer(infohash, port))

    def _answer(self, infohash: bytes, port: int) -> dict[bytes, Any]:
        seeds, leeches = self._peers.counts(infohash)
        ports = set(self._peers.ports.get(infohash, {})) - {port, self._port}
        if self._seeding and port != self._port:
            ports.add(self._port)
        address = bytes(map(int, HOST.split(".")))
        return {
            b"complete": seeds,
            b"incomplete": leeches,
            b"interval": _INTERVAL,
            b"min interval": 1,
            b"peers": b"".join(address + one.to_bytes(2, "big") for one in sorted(ports)),
        }

    async def _dial(self, infohash: bytes, port: int) -> None:
        # Some clients never dial 127.x themselves, and no client waits for its own next tick this way.
        handle = self._handles.get(infohash)
        if handle is not None and port != self._port:
            await asyncio.to_thread(handle.connect_peer, (HOST, port))

    async def _scrape(self, request: web.Request) -> web.Response:
        wanted = _query(request).get("info_hash")
        hashes = [one for one in self._handles if wanted in {None, one}]
        counts = {one: self._peers.counts(one) for one in hashes}
        files = {
            one: {b"complete": seeds, b"downloaded": 0, b"incomplete": leeches}
            for one, (seeds, leeches) in counts.items()
        }
        return _bencoded({b"files": files})


async def followed(
    seedbox: Seedbox,
    infohash: str,
    wanted: TorrentState | Callable[[TorrentStatus], bool],
    *,
    timeout: float = 10.0,
) -> TorrentStatus:
    """The first status of this state, or that is `wanted`; AssertionError after `timeout` seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    while True:
        status = await seedbox.status(infohash)
        if status.state is wanted if isinstance(wanted, TorrentState) else wanted(status):
            return status
        if loop.time() > end:
            raise AssertionError(f"not within {timeout} s; last: {status}")
        await asyncio.sleep(0.02)


def _query(request: web.Request) -> dict[str, bytes]:
    # Infohashes are raw bytes, which aiohttp's own decoding to text would destroy.
    pairs = (pair.partition("=") for pair in request.rel_url.raw_query_string.split("&") if pair)
    return {key: unquote_to_bytes(value) for key, _, value in pairs}


def _bencoded(answer: dict[bytes, Any]) -> web.Response:
    return web.Response(body=lt.bencode(answer), content_type="text/plain")


def _write(path: Path, seed: str, size: int) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    source = random.Random(seed)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for start in range(0, size, _CHUNK):
            chunk = source.randbytes(min(_CHUNK, size - start))
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
