"""Every enabled tracker asked at once, under one deadline; what failed is named, the rest stands."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from src.core.clock import Clock
from src.core.errors import (
    BlockedError,
    ConciergeError,
    CredentialsError,
    NotConfiguredError,
    NotFoundError,
    RateLimitedError,
    ServiceError,
    ServiceTimeoutError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    UnexpectedAnswerError,
)
from src.search.breaker import Breaker
from src.search.merging import merge
from src.search.models import Found, Release, SourceReport, SourceState, Wish
from src.search.ports import Tracker
from src.search.ranking import rank

ROWS = 100
IN_FLIGHT = 2
GRACE = 0.05
SOURCES_HOW = "Name at least one source in SOURCES, for example internet_archive"

STATES: Final[dict[type[BaseException], SourceState]] = {
    ServiceTimeoutError: SourceState.TIMEOUT,
    TimeoutError: SourceState.TIMEOUT,
    ServiceUnreachableError: SourceState.DOWN,
    ServiceUnavailableError: SourceState.DOWN,
    RateLimitedError: SourceState.LIMITED,
    BlockedError: SourceState.BLOCKED,
    CredentialsError: SourceState.LOGIN,
    NotConfiguredError: SourceState.LOGIN,
    UnexpectedAnswerError: SourceState.CHANGED,
    NotFoundError: SourceState.CHANGED,
    ServiceError: SourceState.DOWN,
}

LATE = "no complete answer before the deadline"

Progress = Callable[[SourceReport], None]
Rows = Sequence[Release]

log = structlog.stdlib.get_logger()


@dataclass(frozen=True)
class _Answer:
    """How one tracker answered, and with what."""

    report: SourceReport
    rows: Rows = ()


class SearchService:
    """The fan-out over trackers. Built and closed by app.py; safe to call concurrently.

    At most two calls are under way to one tracker; one that failed five times in a row rests for a minute.
    `deadline` is in seconds and holds for a whole search; an answer comes at most 50 ms after it.
    """

    def __init__(self, trackers: Sequence[Tracker], clock: Clock, *, deadline: float = 10.0) -> None:
        self._sources = {tracker.name: _Source(tracker, clock) for tracker in trackers}
        self._clock = clock
        self._deadline = deadline
        self._stragglers: set[asyncio.Task[Rows]] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the trackers, in the order in which they were given."""
        return tuple(self._sources)

    async def search(
        self,
        wish: Wish,
        *,
        limit: int = 100,
        trackers: Collection[str] | None = None,
        on_progress: Progress | None = None,
    ) -> Found:
        """Every release for the wish: at most `limit` ranked ones, those refused, and one report a source.

        `trackers` narrows the search to some of the enabled ones; `on_progress` is called once a source, as
        soon as it is known how it answered. Raises NotConfiguredError where no source is enabled or one asked
        for is not. A failing source raises nothing: its report says why.
        """
        chosen = self._chosen(trackers)
        answers = await self._ask_all(chosen, wish, on_progress)
        releases = merge(release for source in chosen for release in answers[source.name].rows)
        ranked, refused = await asyncio.to_thread(rank, wish, releases)
        return Found(
            wish=wish,
            ranked=tuple(ranked)[: max(limit, 0)],
            refused=tuple(refused),
            sources=tuple(answers[source.name].report for source in chosen),
        )

    def merged(self, wish: Wish, parts: Sequence[Found]) -> Found:
        """Several searches for one film as one: releases merged and ranked for `wish`, one report a source."""
        offers = (
            entry.release for part in parts for entries in (part.ranked, part.refused) for entry in entries
        )
        ranked, refused = rank(wish, merge(offers))
        reports = {report.name: report for part in parts for report in part.sources}
        for part in parts:
            for report in part.sources:
                if report.state is SourceState.OK:
                    reports[report.name] = report
        return Found(wish=wish, ranked=ranked, refused=refused, sources=tuple(reports.values()))

    async def torrent(self, release: Release) -> bytes | None:
        """The .torrent of a release, from whichever tracker offers it; None: only the magnet leads there.

        It is not compared with the release's infohash: whoever adds it does that. Raises NotConfiguredError
        where the release's tracker is no longer enabled and it has no magnet, ServiceError, NotFoundError or
        MalformedTorrentError.
        """
        own = self._sources.get(release.tracker)
        if own is None and release.magnet is None:
            raise NotConfiguredError("SOURCES", f"Add {release.tracker} to SOURCES again")
        end = asyncio.get_running_loop().time() + self._deadline
        # the address may have come from another tracker by merging; each knows its own addresses only
        others = [s for s in self._sources.values() if s is not own] if release.torrent_url else []
        for source in [own, *others] if own else others:
            content = await source.torrent(release, end)
            if content is not None:
                return content
        return None

    async def aclose(self) -> None:
        """End what is left of searches whose trackers did not stop at their deadline."""
        for task in tuple(self._stragglers):
            task.cancel()
        await asyncio.gather(*self._stragglers, return_exceptions=True)

    def _chosen(self, names: Collection[str] | None) -> "list[_Source]":
        if not self._sources:
            raise NotConfiguredError("SOURCES", SOURCES_HOW)
        unknown = sorted(set(names or ()) - set(self._sources))
        if unknown:
            raise NotConfiguredError("SOURCES", f"Add {', '.join(unknown)} to SOURCES to search there")
        return [source for name, source in self._sources.items() if not names or name in names]

    async def _ask_all(
        self, chosen: "Sequence[_Source]", wish: Wish, on_progress: Progress | None
    ) -> dict[str, _Answer]:
        loop = asyncio.get_running_loop()
        started, end = self._clock.monotonic(), loop.time() + self._deadline
        tasks = {loop.create_task(source.search(wish, end)): source.name for source in chosen}
        answers: dict[str, _Answer] = {}
        pending = set(tasks)
        try:
            while pending:
                left = max(end + GRACE - loop.time(), 0.0)
                done, pending = await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                # nothing done: the deadline has passed, and these trackers did not stop when told to
                for task in done or pending:
                    answer = self._answer(tasks[task], task if done else None, started)
                    answers[tasks[task]] = answer
                    if on_progress is not None:
                        on_progress(answer.report)
                if not done:
                    break
        finally:
            self._let_go([task for task in tasks if not task.done()])
        return answers

    def _answer(self, name: str, task: asyncio.Task[Rows] | None, started: float) -> _Answer:
        seconds = round(self._clock.monotonic() - started, 3)
        error = ServiceTimeoutError(name, LATE) if task is None else task.exception()
        if task is not None and error is None:
            rows = task.result()
            state = SourceState.OK if rows else SourceState.EMPTY
            return _Answer(SourceReport(name=name, state=state, seconds=seconds, found=len(rows)), rows)
        state, reason = explain(error)
        log.info("search.source_failed", source=name, state=state.value, reason=reason)
        if not isinstance(error, ConciergeError):
            log.error("search.adapter_bug", source=name, error=type(error).__name__, where=_where(error))
        return _Answer(SourceReport(name=name, state=state, seconds=seconds, reason=reason))

    def _let_go(self, tasks: Sequence[asyncio.Task[Rows]]) -> None:
        for task in tasks:
            task.cancel()
            self._stragglers.add(task)
            task.add_done_callback(self._settled)

    def _settled(self, task: asyncio.Task[Rows]) -> None:
        self._stragglers.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that the loop does not complain about it


class _Source:
    """One tracker with its bulkhead and breaker. `end` is a time of the running loop."""

    def __init__(self, tracker: Tracker, clock: Clock) -> None:
        self.name = tracker.name
        self._tracker = tracker
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._breaker = Breaker(clock)

    async def search(self, wish: Wish, end: float) -> Rows:
        async with self._slot(end):
            rests = self._breaker.rests_for()
            if rests is not None:
                raise ServiceUnavailableError(self.name, _resting(rests))
            with self._breaker.attempt():
                async with self._until(end) as left:
                    return await self._tracker.search(wish, limit=ROWS, timeout=left)

    async def torrent(self, release: Release, end: float) -> bytes | None:
        async with self._slot(end), self._until(end) as left:
            return await self._tracker.torrent(release, timeout=left)

    @asynccontextmanager
    async def _slot(self, end: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout_at(end):
                await self._slots.acquire()
        except TimeoutError as exc:
            raise ServiceTimeoutError(self.name, "busy with earlier searches") from exc
        try:
            yield
        finally:
            self._slots.release()

    @asynccontextmanager
    async def _until(self, end: float) -> AsyncIterator[float]:
        try:
            async with asyncio.timeout_at(end):
                yield end - asyncio.get_running_loop().time()
        except TimeoutError as exc:
            raise ServiceTimeoutError(self.name, LATE) from exc


def explain(error: BaseException | None) -> tuple[SourceState, str]:
    """The state and the reason in plain words that stand for an error; never a foreign sentence."""
    state = next((STATES[cls] for cls in type(error).__mro__ if cls in STATES), None)
    if isinstance(error, ServiceError):
        return state or SourceState.DOWN, error.detail
    if isinstance(error, ConciergeError):
        return state or SourceState.DOWN, str(error)
    return SourceState.CHANGED, "it sent something that could not be understood; the log has more"


def _resting(seconds: float) -> str:
    if seconds <= 0:
        return "failed several times; one search is trying it just now"
    return f"skipped: failed several times, rests for another {seconds:.0f} s"


def _where(error: BaseException | None) -> str:
    """The calls that led to a foreign error: without its text, without reading source files on the loop."""
    frames = traceback.walk_tb(error.__traceback__ if error else None)
    return " > ".join(f"{frame.f_code.co_qualname}:{line}" for frame, line in frames)
