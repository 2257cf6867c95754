"""The libtorrent session of the embedded engine: its settings, its thread, its alerts as our values."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import structlog

from src.core.errors import SeedboxError

if TYPE_CHECKING:
    import libtorrent as lt

DEADLINE = 10.0
CLOSE_DEADLINE = 3.0
_UTP_CONNECT = 1.5
_SETTLE = 1.6
_LOCAL_TICK = 0.05
_LOCAL_SETTLE = 0.07
_DHT_NODES = "dht.libtorrent.org:25401,router.bittorrent.com:6881,dht.transmissionbt.com:6881"

log = structlog.stdlib.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MetadataArrived:
    """A magnet has become a torrent with files."""

    infohash: str


@dataclass(frozen=True, slots=True)
class ResumeData:
    """The answer to one request to save; `data` is None where nothing changed or it failed."""

    infohash: str
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Removed:
    """The torrent has left the session; its files may still be in deletion."""

    infohash: str


@dataclass(frozen=True, slots=True)
class DataDeleted:
    """Deleting the torrent's files has ended, well or not."""

    infohash: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something worth a line in the log; `infohash` is None where it concerns the whole session."""

    infohash: str | None
    kind: str
    detail: str


Event = MetadataArrived | ResumeData | Removed | DataDeleted | Trouble


class EngineSession:
    """One libtorrent session, only ever touched from one worker thread, each call under a deadline."""

    def __init__(self, session: "lt.session", *, worker: ThreadPoolExecutor, settle: float) -> None:
        self._session: lt.session | None = session
        self._worker = worker
        self._settle = settle
        self._ready = asyncio.Event()
        self._waiting: dict[tuple[type[Event], str], asyncio.Future[Event]] = {}

    async def call(self, work: "Callable[[lt.session], T]", *, timeout: float = DEADLINE) -> T:
        """What `work` returns, run in the worker thread. Raises SeedboxError when it fails or is late."""
        if self._session is None:
            raise SeedboxError("The download engine is closed")
        try:
            async with asyncio.timeout(timeout):
                return await asyncio.get_running_loop().run_in_executor(self._worker, work, self._session)
        except TimeoutError as exc:
            raise SeedboxError("The download engine did not answer in time") from exc
        except RuntimeError as exc:
            raise SeedboxError("The download engine refused the call") from exc

    async def events(self) -> tuple[Event, ...]:
        """The next events, once there are any."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            try:
                found = await self.call(_pop_events)
            except SeedboxError:
                # libtorrent rings for the first alert of a queue only: nobody would ring for these again.
                self._ready.set()
                raise
            if found:
                return found

    async def answer(self, kind: type[Event], infohash: str, work: "Callable[[lt.session], None]") -> Event:
        """The event of this kind that `work` leads to, brought by `settle`. Raises SeedboxError when late."""
        key = (kind, infohash)
        future = self._waiting.setdefault(key, asyncio.get_running_loop().create_future())
        try:
            await self.call(work)
            async with asyncio.timeout(DEADLINE):
                return await asyncio.shield(future)
        except TimeoutError as exc:
            raise SeedboxError("The download engine did not answer in time") from exc
        finally:
            self._waiting.pop(key, None)

    def settle(self, event: Event) -> None:
        """Tell whoever waits for this event that it came and was acted on."""
        if event.infohash is None:
            return
        future = self._waiting.get((type(event), event.infohash))
        if future is not None and not future.done():
            future.set_result(event)

    @contextmanager
    def listening(self) -> Iterator[socket.socket]:
        """The socket that libtorrent writes a byte to when alerts arrive, read by the running loop."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        theirs.settimeout(0)
        loop.add_reader(ours, self._wake, ours)
        try:
            yield theirs
        finally:
            loop.remove_reader(ours)
            ours.close()
            theirs.close()

    def _wake(self, ours: socket.socket) -> None:
        try:
            ours.recv(4096)
        except BlockingIOError:
            return
        self._ready.set()

    async def close(self) -> None:
        """Leave the swarms and end the session's threads, within a few seconds."""
        try:
            await self.call(lambda session: session.pause(), timeout=CLOSE_DEADLINE)
            # The destructor waits for the next tick and for uTP handshakes that nobody answers, and holds the
            # interpreter's lock meanwhile: it is not called before they have ended.
            await asyncio.sleep(self._settle)
        finally:
            held = [self._session]
            self._session = None
            destroyed = asyncio.get_running_loop().run_in_executor(self._worker, held.clear)
            self._worker.shutdown(wait=False)
            done, _ = await asyncio.wait({destroyed}, timeout=CLOSE_DEADLINE)
            if not done:
                log.warning("seedbox.engine_close_late")


@asynccontextmanager
async def open_session(
    *, listen: str, local_network: bool, upload_limit: int
) -> AsyncIterator[EngineSession]:
    """A running session. `listen` is a comma list of addresses with ports.

    `upload_limit` is in bytes a second, 0 for none. `local_network` is for tests and the demo: no discovery
    outside, no guards against loopback, quick retries.
    """
    worker = ThreadPoolExecutor(1, thread_name_prefix="libtorrent")
    settings = await asyncio.get_running_loop().run_in_executor(
        worker, _settings, listen, local_network, upload_limit
    )
    session = await asyncio.get_running_loop().run_in_executor(worker, _new_session, settings)
    engine = EngineSession(session, worker=worker, settle=_LOCAL_SETTLE if local_network else _SETTLE)
    del session
    with engine.listening() as bell:
        try:
            await engine.call(lambda session: session.set_alert_fd(bell.fileno()))
            yield engine
        finally:
            await engine.close()


def _new_session(settings: "lt.settings_pack") -> "lt.session":
    import libtorrent as lt

    return lt.session(lt.session_params(settings))


def _settings(listen: str, local_network: bool, upload_limit: int) -> "lt.settings_pack":
    import libtorrent as lt

    settings: lt.settings_pack = {
        "listen_interfaces": listen,
        "upload_rate_limit": upload_limit,
        "alert_mask": lt.alert_category.error | lt.alert_category.status | lt.alert_category.storage,
        "enable_dht": not local_network,
        "enable_lsd": not local_network,
        "enable_upnp": not local_network,
        "enable_natpmp": not local_network,
        "dht_bootstrap_nodes": "" if local_network else _DHT_NODES,
        "announce_to_all_tiers": True,
        "stop_tracker_timeout": 1,
        "utp_connect_timeout": int(_UTP_CONNECT * 1000),
        "aio_threads": 2,
    }
    if local_network:
        settings |= {
            "allow_multiple_connections_per_ip": True,
            "ssrf_mitigation": False,
            "min_reconnect_time": 1,
            "min_announce_interval": 1,
            "tick_interval": int(_LOCAL_TICK * 1000),
            "enable_outgoing_utp": False,
            "enable_incoming_utp": False,
        }
    return settings


def _pop_events(session: "lt.session") -> tuple[Event, ...]:
    # Alerts die at the next pop: all that is wanted of them is copied before this call ends.
    events = (_event(alert) for alert in session.pop_alerts())
    return tuple(event for event in events if event is not None)


def _event(alert: "lt.alert") -> Event | None:
    import libtorrent as lt

    match alert:
        case lt.metadata_received_alert():
            return MetadataArrived(_infohash(alert))
        case lt.save_resume_data_alert():
            return ResumeData(str(alert.params.info_hashes.v1), lt.write_resume_data_buf(alert.params))
        case lt.save_resume_data_failed_alert():
            return ResumeData(_infohash(alert), None)
        case lt.torrent_removed_alert():
            return Removed(str(alert.info_hashes.v1))
        case lt.torrent_deleted_alert() | lt.torrent_delete_failed_alert():
            return DataDeleted(str(alert.info_hashes.v1))
        case _:
            return _trouble(alert)


def _trouble(alert: "lt.alert") -> Trouble | None:
    import libtorrent as lt

    match alert:
        case lt.file_error_alert() | lt.torrent_error_alert():
            return Trouble(_infohash(alert), type(alert).__name__, _code(alert.error))
        case lt.listen_failed_alert():
            return Trouble(None, type(alert).__name__, f"{alert.listen_interface()} {_code(alert.error)}")
        case lt.fastresume_rejected_alert():
            return Trouble(_infohash(alert), type(alert).__name__, _code(alert.error))
        case _:
            return None


def _code(error: "lt.error_code") -> str:
    return f"{error.category().name()} {error.value()}"


def _infohash(alert: "lt.torrent_alert") -> str:
    # A handle whose torrent was removed meanwhile answers with zeros or refuses: nobody waits for that.
    try:
        return str(alert.handle.info_hashes().v1)
    except RuntimeError:
        return ""
