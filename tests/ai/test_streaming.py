"""Frames: the first at once, then at the pace; none twice, none queued, none behind the final."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from src.bot.streaming import AGAIN, CHATS_A_SECOND, CURSOR, FIRST_INTERVAL, FrameStream, Pace
from src.core.errors import RateLimitedError, ServiceTimeoutError
from src.core.inbound import Style, Text, text_of

SLOW = 60.0  # seconds: longer than any test waits


@dataclass
class Film:
    """Takes the frames. `gate` holds them back, `answers` are what sending gave; True when they run out."""

    frames: list[Text] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    answers: list[bool | Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    done: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def send(self, frame: Text) -> bool:
        self.frames.append(frame)
        self.times.append(time.monotonic())
        await self.gate.wait()
        answer = self.answers.pop(0) if self.answers else True
        self.done += 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def words(self) -> list[str]:
        return [text_of(frame) for frame in self.frames]


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110  another task's state, looked at
            await asyncio.sleep(0.001)


async def _settled() -> None:
    """Everybody had their turn."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def film() -> Film:
    return Film()


@pytest.mark.requirement("BOT-002")
async def test_the_first_frame_goes_at_once(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=SLOW), keep_alive=False)
    stream.say("Но")
    await _until(lambda: film.done == 1)
    assert film.words == ["Но" + CURSOR]
    await stream.close()


@pytest.mark.requirement("BOT-002")
async def test_between_frames_lies_the_pace_and_only_the_newest_text_is_shown(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.05), keep_alive=False)
    for count in range(1, 41):
        stream.say("слово " * count)
        await asyncio.sleep(0.004)
    await _until(lambda: film.words[-1].count("слово") == 40)
    await stream.close()
    assert 3 <= len(film.frames) <= 8
    assert all(later - earlier >= 0.045 for earlier, later in pairwise(film.times))


@pytest.mark.requirement("BOT-002")
async def test_the_first_words_do_not_wait_behind_a_status(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=SLOW, status_delay=0.0), keep_alive=False)
    stream.working("Думаю…")
    await _until(lambda: film.done == 1)
    stream.say("Но")
    await _until(lambda: film.done == 2)
    stream.say("Носферату")
    await _settled()
    assert film.words == ["Думаю…", "Но" + CURSOR], "later words keep to the pace"
    await stream.close()


async def test_a_frame_without_room_is_tried_again_soon(film: Film) -> None:
    film.answers = [False]
    stream = FrameStream(film.send, Pace(floor=SLOW), keep_alive=False)
    stream.say("Но")
    await _until(lambda: film.done == 2)
    assert film.times[1] - film.times[0] >= 0.9 * AGAIN, "and not in a busy loop"
    await stream.close()


async def test_a_slow_frame_is_not_followed_by_a_queue(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0), keep_alive=False)
    film.gate.clear()
    for count in range(1, 30):
        stream.say("x" * count)
        await asyncio.sleep(0)
    film.gate.set()
    await _until(lambda: film.done == 2)
    await _settled()
    assert film.words == ["x" + CURSOR, "x" * 29 + CURSOR]
    await stream.close()


@pytest.mark.requirement("BOT-002")
async def test_the_same_frame_is_never_sent_twice(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0), keep_alive=False)
    for _ in range(5):
        stream.say("one")
        await _settled()
    stream.say("one ")
    stream.say("two")
    await _until(lambda: film.done == 2)
    for _ in range(3):
        stream.say("two")
        await _settled()
    assert film.words == ["one" + CURSOR, "two" + CURSOR]
    await stream.close()


async def test_nothing_is_not_shown(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0), keep_alive=False)
    stream.working("  ")
    await _settled()
    assert film.frames == []
    await stream.close()


@pytest.mark.requirement("BOT-002")
async def test_dropped_frames_are_not_queued_the_newest_is_shown_a_pace_later(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.05), keep_alive=False)
    film.answers = [False, False]
    stream.say("one")
    await _until(lambda: film.done == 1)
    stream.say("one two")
    stream.say("one two three")
    await _until(lambda: film.done == 3)
    await asyncio.sleep(0.12)
    await stream.close()
    assert film.words == ["one" + CURSOR, "one two three" + CURSOR, "one two three" + CURSOR]
    assert all(later - earlier >= 0.045 for earlier, later in pairwise(film.times))


@pytest.mark.requirement("BOT-002")
async def test_a_word_of_what_is_being_done_waits_a_little_and_gives_way_to_the_answer(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0, status_delay=SLOW), keep_alive=False)
    stream.working("думаю…")
    stream.say("Носферату")
    await _until(lambda: film.done == 1)
    await stream.close()
    assert film.words == ["Носферату" + CURSOR]


@pytest.mark.parametrize(
    "trouble", [RateLimitedError("Telegram", "slow down", 3.0), ServiceTimeoutError("Telegram", "late")]
)
@pytest.mark.requirement("BOT-002")
async def test_a_frame_that_fails_does_not_end_the_stream(film: Film, trouble: Exception) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0), keep_alive=False)
    film.answers = [trouble]
    stream.say("one")
    await _until(lambda: film.done == 1)
    stream.say("one two")
    await _until(lambda: film.done == 2)
    await stream.close()


@pytest.mark.requirement("BOT-002")
async def test_a_draft_is_kept_alive_while_a_tool_works(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0, keep_alive=0.02), keep_alive=True)
    stream.working("спрашиваю 3 источника…")
    await _until(lambda: film.done >= 3)
    assert set(film.words) == {"спрашиваю 3 источника…"}
    await stream.close()


async def test_what_needs_no_keeping_alive_is_left_in_peace(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0, keep_alive=0.001), keep_alive=False)
    stream.say("one")
    await asyncio.sleep(0.03)
    assert film.done == 1
    await stream.close()


@pytest.mark.requirement("BOT-002")
async def test_what_is_being_done_stands_below_what_was_said(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0), keep_alive=False)
    stream.working("думаю…")
    await _until(lambda: film.done == 1)
    stream.say("**Сейчас** найду.")
    await _until(lambda: film.done == 2)
    stream.working("ищу…")
    await _until(lambda: film.done == 3)
    stream.say("**Сейчас** найду. Нашёл.")
    await _until(lambda: film.done == 4)
    await stream.close()
    assert film.words == [
        "думаю…",
        f"Сейчас найду.{CURSOR}",
        "Сейчас найду.\n\nищу…",
        f"Сейчас найду. Нашёл.{CURSOR}",
    ]
    assert film.frames[1][0].style is Style.BOLD


@pytest.mark.requirement("BOT-002")
async def test_closing_waits_for_the_frame_under_way(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0), keep_alive=False)
    film.gate.clear()
    stream.say("one")
    await _until(lambda: len(film.frames) == 1)
    closing = asyncio.ensure_future(stream.close())
    await _settled()
    assert not closing.done(), "a frame that is on its way could land after the final"
    film.gate.set()
    await closing
    assert film.done == 1


@pytest.mark.requirement("BOT-002")
async def test_after_closing_nothing_more_is_sent(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=0.0, keep_alive=0.001), keep_alive=True)
    stream.say("one")
    await _until(lambda: film.done >= 1)
    stream.say("one two")
    await stream.close()
    sent = len(film.frames)
    await asyncio.sleep(0.02)
    assert len(film.frames) == film.done == sent


async def test_closing_does_not_wait_for_the_pace(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=SLOW), keep_alive=True)
    stream.say("one")
    await _until(lambda: film.done == 1)
    async with asyncio.timeout(1):
        await stream.close()
        await stream.close()


async def test_what_was_never_begun_can_be_closed(film: Film) -> None:
    pace = Pace()
    await FrameStream(film.send, pace, keep_alive=True).close()
    assert pace.active == 0


@pytest.mark.requirement("BOT-002")
async def test_many_streams_slow_each_other_down(film: Film) -> None:
    pace = Pace()
    assert pace.interval == FIRST_INTERVAL == 1.0
    streams = [FrameStream(film.send, pace, keep_alive=False) for _ in range(3 * CHATS_A_SECOND)]
    for stream in streams:
        stream.say("x")
        stream.say("xy")
    assert pace.active == 60
    assert pace.interval == 3.0
    for stream in streams:
        await stream.close()
    assert (pace.active, pace.interval) == (0, 1.0)


async def test_a_stopped_turn_leaves_no_task_behind(film: Film) -> None:
    stream = FrameStream(film.send, Pace(floor=SLOW), keep_alive=True)
    stream.say("one")
    await _settled()
    await stream.close()
    assert not [task for task in asyncio.all_tasks() if task.get_name() in ("frames", "frame")]
