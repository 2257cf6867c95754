"""Carries the outbox to one channel: in order within a conversation, conversations side by side."""

import asyncio
from dataclasses import replace
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from src.core.clock import Clock
from src.core.conversations import Conversations
from src.core.errors import (
    ConciergeError,
    RateLimitedError,
    RefusedError,
    ServiceError,
    ServiceTimeoutError,
    ServiceUnreachableError,
    UnusableInputError,
)
from src.core.inbound import Address
from src.core.outbox import Letter, Outbox
from src.core.wake import Wake

DOUBTS_ALLOWED = 3
RECEIPT_PAUSES = (1.0, 5.0, 15.0, 30.0)  # seconds
LOOK_AGAIN = 2.0  # seconds: another process may have put something
log = structlog.stdlib.get_logger(__name__)


class Channel(Protocol):
    """Where messages are delivered."""

    @property
    def name(self) -> str:
        """The channel's word in addresses: `telegram`, `terminal`."""
        ...

    async def deliver(self, letter: Letter) -> str:
        """Send it and answer what the channel calls the message.

        Raises RateLimitedError, ServiceUnreachableError (it surely did not leave), other ServiceErrors (its
        fate is unknown), RefusedError (the conversation is closed to us), UnusableInputError (it can never go).
        """
        ...


class Courier:
    """The owned task that empties the outbox into a channel."""

    def __init__(self, outbox: Outbox, channel: Channel, conversations: Conversations, clock: Clock) -> None:
        self._outbox = outbox
        self._channel = channel
        self._conversations = conversations
        self._clock = clock
        self._busy: set[str] = set()
        self._idle = Wake()

    async def run(self) -> None:
        """Deliver until cancelled. What a dead process left in doubt goes out again first."""
        recovered = False
        async with asyncio.TaskGroup() as tasks:
            while True:
                try:
                    if not recovered:
                        doubtful = await self._outbox.recover()
                        recovered = True
                        log.info("outbox.recovered", doubtful=doubtful)
                    waiting = await self._outbox.conversations(self._channel.name)
                except Exception:  # a database that is away for a while: the owner of this task goes on
                    log.exception("courier.broke")
                    waiting = []
                for conversation in waiting:
                    if conversation not in self._busy:
                        self._busy.add(conversation)
                        tasks.create_task(self._drain(conversation))
                await self._outbox.wake.wait(LOOK_AGAIN)

    async def idle(self) -> None:
        """Wait until nothing is pending for this channel."""
        while self._busy or await self._outbox.conversations(self._channel.name):
            self._outbox.wake.set()
            await self._idle.wait(0.2)

    async def _drain(self, conversation: str) -> None:
        try:
            while (letter := await self._outbox.take(conversation)) is not None:
                if letter.not_before is not None:
                    await asyncio.sleep(max(0.0, (letter.not_before - self._clock.now()).total_seconds()))
                    continue
                await self._carry(letter)
        except Exception:
            log.exception("courier.broke", conversation=conversation)
            await self._recovered(conversation)
        finally:
            self._busy.discard(conversation)
            self._idle.set()
            self._outbox.wake.set()

    async def _carry(self, letter: Letter) -> None:
        address, closed = await self._conversations.resolve(Address.parse(letter.outgoing.conversation))
        if closed and letter.outgoing.notice:
            await self._outbox.failed(letter, RefusedError.code)
            return
        outgoing = letter.outgoing.model_copy(update={"conversation": str(address)})
        letter = replace(letter, outgoing=outgoing)
        log.debug("outbox.sending", key=letter.outgoing.key, attempt=letter.attempts)
        try:
            message = await self._channel.deliver(letter)
        except ConciergeError as exc:
            await self._mishap(letter, exc)
            return
        log.debug("outbox.delivered", key=letter.outgoing.key)
        await self._receipt(letter, message)
        log.debug("outbox.sent", key=letter.outgoing.key)

    async def _receipt(self, letter: Letter, message: str) -> None:
        """The receipt of what did arrive is written down however long the database is away: else it goes twice."""
        for pause in (*RECEIPT_PAUSES, None):
            try:
                await self._outbox.sent(letter, message)
            except SQLAlchemyError:
                if pause is None:
                    raise
                log.warning("outbox.receipt_waits", key=letter.outgoing.key)
                await asyncio.sleep(pause)
            else:
                return

    async def _recovered(self, conversation: str) -> None:
        """Make what this conversation was sending pending again, as soon as the database answers.

        Nobody else sends to it while this drain has not ended: what is marked as being sent there is ours.
        """
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            try:
                await self._outbox.recover(conversation)
            except SQLAlchemyError:
                log.warning("outbox.away")
            else:
                return

    async def _mishap(self, letter: Letter, error: ConciergeError) -> None:
        """The class of the error decides: wait, try again, doubt, or give up."""
        log.warning("outbox.mishap", key=letter.outgoing.key, error=type(error).__name__, detail=str(error))
        back_off = min(60.0, 0.5 * 2 ** min(letter.attempts, 8))
        match error:
            case RateLimitedError():
                await self._outbox.later(letter, error.retry_after, doubtful=False)
            case ServiceUnreachableError():
                await self._outbox.later(letter, back_off, doubtful=False)
            case RefusedError() | UnusableInputError():
                await self._outbox.failed(letter, error.code)
            case ServiceTimeoutError() | ServiceError() if letter.doubtful < DOUBTS_ALLOWED:
                # Finals are at least once: an unknown fate means once more, after a pause, a bounded number of times.
                await self._outbox.later(letter, 5.0 + back_off, doubtful=True)
            case _:
                await self._outbox.failed(letter, error.code)
