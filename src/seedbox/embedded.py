"""The embedded download engine: libtorrent inside this process.

A magnet is added with every file switched off; once its metadata is here it is checked like a .torrent
(names, room) and only then switched on. What the session knows of a torrent lies in one resume file, written
before `add` returns.
"""

import asyncio
import importlib
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from src.core.clock import Clock, SystemClock
from src.core.errors import MalformedTorrentError, NoSpaceError, NoSuchTorrentError, SeedboxError
from src.seedbox.embedded_calls import (
    go_on,
    look,
    look_at_all,
    save_modified,
    save_resume_data,
    start_anew,
    switch_on,
)
from src.seedbox.embedded_params import (
    Admission,
    left_over,
    request_params,
    resume_params,
    session_flags,
    vet,
)
from src.seedbox.embedded_session import (
    DataDeleted,
    EngineSession,
    Event,
    MetadataArrived,
    Removed,
    ResumeData,
    Trouble,
    open_session,
)
from src.seedbox.embedded_status import Motion, torrent_status
from src.seedbox.embedded_store import ResumeStore
from src.seedbox.models import AddRequest, TorrentStatus

if TYPE_CHECKING:
    import libtorrent as lt

RESERVE = 256 * 1024 * 1024
SAVE_EVERY = 10.0
_LOOK_EVERY = 1.0
_CLOSE_SAVE = 2.0
_ALONE = 8  # digits of the infohash naming the folder of a torrent whose own name another one has taken

log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True)
class _Torrent:
    handle: "lt.torrent_handle"
    params: "lt.add_torrent_params"
    admission: Admission
    trouble: str = ""
    motion: Motion = field(default_factory=Motion)


class EmbeddedSeedbox:
    """The embedded engine behind the Seedbox port; made by open_embedded."""

    def __init__(
        self, session: EngineSession, store: ResumeStore, folder: Path, *, reserve_bytes: int, clock: Clock
    ) -> None:
        self._session = session
        self._store = store
        self._folder = folder
        self._reserve = reserve_bytes
        self._clock = clock
        self._torrents: dict[str, _Torrent] = {}
        self._seeds_held = False
        # What waits for events may hold only the first: the task that brings events takes the other two.
        self._changing = asyncio.Lock()
        self._admitting = asyncio.Lock()
        self._saving = asyncio.Lock()

    @property
    def name(self) -> str:
        """The engine as people know it."""
        return "libtorrent"

    async def add(self, request: AddRequest) -> TorrentStatus:
        """As the port says. What is wrong with a magnet's contents shows in its status once known."""
        infohash = request.infohash.lower()
        async with self._changing:
            if infohash not in self._torrents:
                params = await asyncio.to_thread(request_params, request)
                await self._start(infohash, params)
                log.info("seedbox.added", infohash=infohash, metadata=params.ti is not None)
        return await self.status(infohash)

    async def status(self, infohash: str) -> TorrentStatus:
        """The torrent as it is now. Raises NoSuchTorrentError, SeedboxError."""
        torrent = self._torrent(infohash)
        seen = await self._session.call(lambda _: look(torrent.handle))
        return self._describe(infohash.lower(), torrent, seen)

    async def list(self) -> Sequence[TorrentStatus]:
        """Every torrent, in the order of their infohashes. Raises SeedboxError."""
        looks = await self._session.call(look_at_all)
        known = ((key, self._torrents.get(key), look) for key, look in sorted(looks.items()))
        return [self._describe(key, torrent, look) for key, torrent, look in known if torrent is not None]

    async def pause(self, infohash: str) -> None:
        """Stop transferring, keep everything, over a restart too. Raises NoSuchTorrentError, SeedboxError."""
        torrent = self._torrent(infohash)
        await self._session.call(lambda _: torrent.handle.pause())
        await self._save(infohash.lower(), torrent)

    async def resume(self, infohash: str) -> None:
        """Go on; a torrent that was refused is checked again.

        Raises NoSuchTorrentError, NoSpaceError, MalformedTorrentError, SeedboxError.
        """
        torrent = self._torrent(infohash)
        torrent.trouble = ""
        await self._session.call(lambda _: go_on(torrent.handle))
        # Priorities set while the disk failed were lost: they are set again, which does no harm otherwise.
        await self._let_in(infohash.lower(), torrent)
        if torrent.admission.refusal is not None:
            raise torrent.admission.refusal
        await self._save(infohash.lower(), torrent)

    async def remove(self, infohash: str, *, delete_data: bool) -> None:
        """Forget the torrent, with its data if asked. Raises SeedboxError where data could not be deleted."""
        infohash = infohash.lower()
        async with self._changing:
            torrent = self._torrents.pop(infohash, None)
            if torrent is None:
                return
            # Data first: after a crash in between the torrent is known and its removal can be repeated.
            try:
                await self._take_out(infohash, torrent, delete_data=delete_data)
            finally:
                async with self._saving:
                    await asyncio.to_thread(self._store.delete, infohash)
        log.info("seedbox.removed", infohash=infohash, delete_data=delete_data)

    async def free_bytes(self) -> int:
        """Room on the disk, in bytes, less the reserve. Raises SeedboxError."""
        try:
            usage = await asyncio.to_thread(shutil.disk_usage, self._folder)
        except OSError as exc:
            raise SeedboxError("The disk of the downloads cannot be read") from exc
        return max(0, usage.free - self._reserve)

    async def load(self) -> None:
        """Take up the torrents of the resume files; an unreadable file is set aside and logged."""
        for file in await asyncio.to_thread(self._store.load):
            try:
                params = await asyncio.to_thread(resume_params, file.infohash, file.data)
            except MalformedTorrentError:
                log.warning("seedbox.resume_file_unreadable", infohash=file.infohash)
                await asyncio.to_thread(self._store.set_aside, file.infohash)
                continue
            try:
                await self._take_up(file.infohash, params)
            except SeedboxError:
                log.exception("seedbox.not_taken_up", infohash=file.infohash)

    async def follow_events(self) -> None:
        """Act on the session's events until cancelled."""
        while True:
            try:
                events = await self._session.events()
            except SeedboxError:
                log.warning("seedbox.events_late", exc_info=True)
                await asyncio.sleep(_LOOK_EVERY)
                continue
            for event in events:
                try:
                    await self._on_event(event)
                except Exception:
                    # The owner of this task: one torrent's trouble must not stop the events of the others.
                    log.exception("seedbox.event_failed", kind=type(event).__name__)

    async def keep_saving(self, every: float) -> None:
        """Watch for movement each second and ask for resume data every `every` seconds, until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time() + every
        while True:
            await asyncio.sleep(min(_LOOK_EVERY, every))
            try:
                await self.list()
                if loop.time() >= due:
                    due = loop.time() + every
                    await self._session.call(save_modified)
            except SeedboxError:
                log.warning("seedbox.watch_failed", exc_info=True)

    async def save_all(self) -> None:
        """Write every changed torrent's resume file, for at most two seconds."""
        waits = [self._save(infohash, torrent) for infohash, torrent in self._torrents.items()]
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SAVE):
                await asyncio.gather(*waits, return_exceptions=True)

    def _torrent(self, infohash: str) -> _Torrent:
        torrent = self._torrents.get(infohash.lower())
        if torrent is None:
            raise NoSuchTorrentError("The download engine does not know this torrent")
        return torrent

    def _describe(self, infohash: str, torrent: _Torrent, look: "lt.torrent_status") -> TorrentStatus:
        still_for = torrent.motion.still_for(look, self._clock.monotonic())
        return torrent_status(infohash, torrent.params.name or infohash, look, torrent.admission, still_for)

    async def _start(self, infohash: str, params: "lt.add_torrent_params") -> None:
        """Enter a new torrent, its resume file first: what the session knows, the disk knows."""
        import libtorrent as lt

        async with self._admitting:
            admission = Admission(self._folder)
            if params.ti is not None:
                admission = await self._admit(infohash, params.ti, self._folder)
            params.save_path = str(admission.folder)
            params.flags = session_flags(params, paused=False)
            async with self._saving:
                await asyncio.to_thread(lambda: self._store.save(infohash, lt.write_resume_data_buf(params)))
            try:
                await self._enter(infohash, params, admission)
            except SeedboxError:
                await asyncio.to_thread(self._store.delete, infohash)
                raise

    async def _take_up(self, infohash: str, params: "lt.add_torrent_params") -> None:
        """Enter a torrent of an earlier run; one that may not go on now waits with its files switched off."""
        import libtorrent as lt

        alone = self._folder / infohash[:_ALONE]
        admission = Admission(alone if Path(params.save_path).name == alone.name else self._folder)
        if params.ti is not None:
            # What was let in once had its room then; its own data must not count against it.
            waits = bool(params.file_priorities) and not any(params.file_priorities)
            try:
                admission = await self._admit(infohash, params.ti, admission.folder, measure=waits)
            except (MalformedTorrentError, SeedboxError) as exc:
                admission = replace(admission, refusal=exc)
            params.file_priorities = [0] * params.ti.num_files() if admission.refusal else []
            params.piece_priorities = []
        params.save_path = str(admission.folder)
        params.flags = session_flags(params, paused=bool(params.flags & lt.torrent_flags.paused))
        await self._enter(infohash, params, admission)

    async def _enter(self, infohash: str, params: "lt.add_torrent_params", admission: Admission) -> None:
        handle = await self._session.call(lambda session: session.add_torrent(params))
        self._torrents[infohash] = _Torrent(handle, params, admission)
        await self._hold_seeds()

    async def _admit(
        self, infohash: str, info: "lt.torrent_info", folder: Path, *, measure: bool = True
    ) -> Admission:
        """Check names and, to `measure`, room; a name that another torrent has leads to a folder of its own.

        Raises MalformedTorrentError, NoSpaceError, SeedboxError.
        """
        others = {key: torrent for key, torrent in self._torrents.items() if key != infohash}
        contents = await asyncio.to_thread(vet, info, folder)
        admissions = (torrent.admission for torrent in others.values())
        taken = {(one.folder, one.contents.root) for one in admissions if one.contents is not None}
        if (folder, contents.root) in taken:
            folder = self._folder / infohash[:_ALONE]
            contents = await asyncio.to_thread(vet, info, folder)
        if measure:
            free = await self.free_bytes() - await self._owed(others)
            needed = contents.size_bytes - contents.on_disk_bytes
            if needed > free:
                raise NoSpaceError(f"Not enough room: {_gb(needed)} needed, {_gb(free)} free")
        return Admission(folder, contents)

    async def _owed(self, torrents: dict[str, _Torrent]) -> int:
        """Bytes that these torrents have yet to write."""
        looks = await self._session.call(look_at_all)
        contents = {key: torrent.admission.contents for key, torrent in torrents.items() if key in looks}
        done = {key: looks[key].total_wanted_done for key in contents}
        return sum(
            max(0, one.size_bytes - max(done[key], one.on_disk_bytes)) for key, one in contents.items() if one
        )

    async def _let_in(self, infohash: str, torrent: _Torrent) -> None:
        """Check a torrent whose metadata is here and switch its files on, or keep the reason why not."""
        info = await self._session.call(lambda _: torrent.handle.torrent_file())
        if info is None:
            return
        async with self._admitting:
            try:
                waits = torrent.admission.contents is None
                admission = await self._admit(infohash, info, torrent.admission.folder, measure=waits)
            except (MalformedTorrentError, SeedboxError) as exc:
                log.warning("seedbox.refused", infohash=infohash, reason=exc.code)
                torrent.admission = replace(torrent.admission, refusal=exc)
                return
            if admission.folder == torrent.admission.folder:
                await self._session.call(lambda _: switch_on(torrent.handle, info.num_files()))
            else:
                await self._start_apart(torrent, info, admission.folder)
            torrent.admission = admission

    async def _start_apart(self, torrent: _Torrent, info: "lt.torrent_info", folder: Path) -> None:
        params = torrent.params
        params.ti, params.save_path = info, str(folder)
        params.flags = session_flags(params, paused=False)
        torrent.handle = await self._session.call(lambda session: start_anew(session, torrent.handle, params))

    async def _hold_seeds(self) -> None:
        """Keep idle seeds connected while a magnet awaits its check: they would be dropped for a minute."""
        admissions = (torrent.admission for torrent in self._torrents.values())
        hold = any(one.contents is None and one.refusal is None for one in admissions)
        if hold != self._seeds_held:
            self._seeds_held = hold
            await self._session.call(
                lambda session: session.apply_settings({"close_redundant_connections": not hold})
            )

    async def _take_out(self, infohash: str, torrent: _Torrent, *, delete_data: bool) -> None:
        import libtorrent as lt

        info = await self._session.call(lambda _: torrent.handle.torrent_file())
        kind, flags = (
            (Removed, 0) if info is None or not delete_data else (DataDeleted, lt.session.delete_files)
        )
        await self._session.answer(
            kind, infohash, lambda session: session.remove_torrent(torrent.handle, flags)
        )
        await self._hold_seeds()
        folder = torrent.admission.folder
        if folder != self._folder:
            await asyncio.to_thread(_remove_empty, folder)
        if info is not None and delete_data and await asyncio.to_thread(left_over, info, folder):
            raise SeedboxError("Some files of the torrent could not be deleted")

    async def _save(self, infohash: str, torrent: _Torrent) -> None:
        await self._session.answer(ResumeData, infohash, lambda _: save_resume_data(torrent.handle))

    async def _on_event(self, event: Event) -> None:
        match event:
            case MetadataArrived():
                await self._on_metadata(event.infohash)
            case ResumeData():
                await self._on_resume_data(event)
            case Trouble():
                self._report(event)
            case Removed() | DataDeleted():
                pass
        self._session.settle(event)

    def _report(self, event: Trouble) -> None:
        # A disk's error comes once for every piece: one line says it all.
        torrent = self._torrents.get(event.infohash or "")
        if torrent is not None:
            if torrent.trouble == event.detail:
                return
            torrent.trouble = event.detail
        log.warning("seedbox.trouble", infohash=event.infohash, kind=event.kind, detail=event.detail)

    async def _on_metadata(self, infohash: str) -> None:
        torrent = self._torrents.get(infohash)
        if torrent is None:
            return
        await self._let_in(infohash, torrent)
        await self._session.call(lambda _: save_resume_data(torrent.handle))
        await self._hold_seeds()

    async def _on_resume_data(self, event: ResumeData) -> None:
        async with self._saving:
            # A torrent removed meanwhile must not come back by a late save.
            if event.data is not None and event.infohash in self._torrents:
                await asyncio.to_thread(self._store.save, event.infohash, event.data)


@asynccontextmanager
async def open_embedded(
    folder: Path,
    *,
    state_folder: Path,
    listen: str = "0.0.0.0:6881,[::]:6881",
    local_network: bool = False,
    upload_limit: int = 0,
    reserve_bytes: int = RESERVE,
    save_every: float = SAVE_EVERY,
    clock: Clock | None = None,
) -> AsyncIterator[EmbeddedSeedbox]:
    """The embedded engine with the torrents of its last run, closed within about three seconds.

    Data goes to `folder`, resume files to `state_folder`; nothing is written anywhere else. `listen` is
    libtorrent's comma list of addresses and ports. `local_network` turns discovery (DHT, LSD, UPnP) and the
    guards against loopback off: for tests and the demo. `upload_limit` is in bytes a second, 0 for none;
    `reserve_bytes` is room that downloads leave free. Finished torrents are seeded until removed.
    Raises SeedboxError.
    """
    store = ResumeStore(state_folder)
    await asyncio.to_thread(_prepare, folder, state_folder, store)
    # The library is heavy: imported on first use, and not on the loop.
    await asyncio.to_thread(importlib.import_module, "libtorrent")
    async with open_session(listen=listen, local_network=local_network, upload_limit=upload_limit) as session:
        seedbox = EmbeddedSeedbox(
            session, store, folder, reserve_bytes=reserve_bytes, clock=clock or SystemClock()
        )
        owned = [
            asyncio.create_task(seedbox.follow_events(), name="seedbox events"),
            asyncio.create_task(seedbox.keep_saving(save_every), name="seedbox saving"),
        ]
        try:
            await seedbox.load()
            yield seedbox
        finally:
            await seedbox.save_all()
            for task in owned:
                task.cancel()
            await asyncio.gather(*owned, return_exceptions=True)


def _prepare(folder: Path, state_folder: Path, store: ResumeStore) -> None:
    if state_folder.resolve().is_relative_to(folder.resolve()):
        raise SeedboxError("The engine's state must lie outside the folder of the downloads")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        store.prepare()
    except OSError as exc:
        raise SeedboxError("The folders of the download engine cannot be made") from exc


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _gb(size: int) -> str:
    return f"{max(0, size) / 1e9:.2f} GB"
