"""An answer as it grows, at Telegram's pace: frames are dropped, never queued, and never turned into edits."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from src.core.errors import ConciergeError
from src.core.inbound import Text, plain, text_of
from src.core.markdown import render

FIRST_INTERVAL = 1.0  # seconds between frames of one stream
CHATS_A_SECOND = 20  # frames a second over all streams: above that each stream slows down
KEEP_ALIVE = 20.0  # seconds: a draft lives about thirty from its last frame
AGAIN = 0.25  # seconds until a frame without room is tried again: asking our own budget costs nothing
STATUS_DELAY = 0.35  # seconds: what is done sooner needs no word that it is being done
CURSOR = " ▍"
log = structlog.stdlib.get_logger(__name__)

SendFrame = Callable[[Text], Awaitable[bool]]


class Pace:
    """How many streams run now, and so how often each may show a frame."""

    def __init__(
        self,
        *,
        floor: float = FIRST_INTERVAL,
        keep_alive: float = KEEP_ALIVE,
        status_delay: float = STATUS_DELAY,
    ) -> None:
        self.active = 0
        self.keep_alive = keep_alive  # seconds
        self.status_delay = status_delay  # seconds
        self._floor = floor

    @property
    def interval(self) -> float:
        """Seconds between two frames of one stream."""
        return max(self._floor, self.active / CHATS_A_SECOND)


class FrameStream:
    """One growing text. The first frame goes at once, later ones at the pace, the same text is never sent twice.

    The first words of the answer go at once too, even right behind a frame that only said what is being done.

    A long silence re-sends the last frame, so that a draft does not die while a tool works.
    """

    def __init__(self, send: SendFrame, pace: Pace, *, keep_alive: bool) -> None:
        self._send = send
        self._pace = pace
        self._keep_alive = keep_alive
        self._status = ""
        self._markdown = ""
        self._changed = asyncio.Event()
        self._first_words = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._under_way: asyncio.Task[bool] | None = None
        self._later: asyncio.TimerHandle | None = None

    def say(self, markdown: str) -> None:
        """The answer so far; what was being done is over."""
        if not self._markdown:
            self._first_words.set()
        self._markdown = markdown
        self._status = ""
        self._touch()

    def working(self, status: str) -> None:
        """What is being done, below what was said so far."""
        self._status = status
        if self._task is not None:
            self._touch()
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(self._pace.status_delay, self._touch)

    def _touch(self) -> None:
        self._changed.set()
        if self._task is None:
            self._pace.active += 1
            self._task = asyncio.create_task(self._run(), name="frames")

    def _frame(self) -> Text:
        if not self._markdown:
            return plain(self._status)
        text = render(self._markdown)
        return (*text, *plain(f"\n\n{self._status}")) if self._status else (*text, *plain(CURSOR))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        last = ""
        while True:
            try:
                async with asyncio.timeout(self._pace.keep_alive if self._keep_alive else None):
                    await self._changed.wait()
            except TimeoutError:
                last = ""
            self._changed.clear()
            self._first_words.clear()
            frame = self._frame()
            words = text_of(frame)
            if words == last or not words.strip():
                continue
            sent_at = loop.time()
            self._under_way = asyncio.create_task(self._sent(frame), name="frame")
            pause = self._pace.interval
            if await asyncio.shield(self._under_way):
                last = words
            else:
                self._changed.set()  # there was no room: what is newest then is shown a little later
                pause = min(pause, AGAIN)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, pause - (loop.time() - sent_at))):
                    await self._first_words.wait()

    async def close(self) -> None:
        """No more frames; a frame under way is waited for, so that none lands after the final."""
        if self._later is not None:
            self._later.cancel()
        if self._task is None:
            return
        task, self._task = self._task, None
        self._pace.active -= 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if self._under_way is not None:
            await asyncio.wait({self._under_way})

    async def _sent(self, frame: Text) -> bool:
        """Whether the frame was shown. A frame that fails is a dropped frame: the next one may do better."""
        try:
            return await self._send(frame)
        except ConciergeError as exc:
            log.debug("frame.dropped", error=type(exc).__name__)
            return False
