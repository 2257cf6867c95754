"""What Telegram's refusals mean: its errors become ours here, once."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from src.bot.transport import (
    BrokenAnswerError,
    FloodError,
    NotSentError,
    ServerTroubleError,
    TooLargeError,
    UnknownFateError,
)
from src.core.errors import (
    ChatMovedError,
    ConciergeError,
    ConflictError,
    CredentialsError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServiceTimeoutError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    UnexpectedAnswerError,
    UnusableInputError,
)

SERVICE = "Telegram"
NOT_MODIFIED = ("message is not modified",)
NO_TEXT = ("there is no text in the message to edit",)
GONE = (
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message to react not found",
    "message thread not found",
    "message_id_invalid",
)
CLOSED = (
    "chat not found",
    "chat_write_forbidden",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "peer_id_invalid",
    "user_is_blocked",
    "group chat was deactivated",
)
BAD_TOKEN = "TELEGRAM_BOT_TOKEN was refused. Ask @BotFather for the bot's token (/mybots, API Token)"  # noqa: S105
log = structlog.stdlib.get_logger(__name__)


class NotModifiedError(ConciergeError):
    """The message looks like that already. Never leaves this package's api."""


class NoTextError(NotFoundError):
    """The message has a caption instead of a text. Never leaves this package's api."""


@contextmanager
def mapped(method: str) -> Iterator[None]:
    """Raises ours for theirs; the cause is chained, its words go into the log alone."""
    try:
        yield
    except TelegramError as exc:
        ours = meaning(exc)
        log.debug("telegram.refused", method=method, error=type(ours).__name__, reason=exc.message)
        raise ours from exc
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        # the library could not read the answer; what was asked for may well have been done
        raise UnexpectedAnswerError(SERVICE, "an answer that cannot be understood") from exc


def meaning(error: TelegramError) -> ConciergeError:
    """Our error for one of the library's or the transport's."""
    match error:
        case FloodError():
            return RateLimitedError(SERVICE, "asked to slow down", error.seconds)
        case ChatMigrated():
            return ChatMovedError(error.new_chat_id)
        case BadRequest():
            return _refusal(error.message.lower())
        case Forbidden():
            return RefusedError("this conversation is closed to the bot")
        case InvalidToken():
            return CredentialsError(SERVICE, BAD_TOKEN)
        case Conflict():
            return ConflictError(SERVICE, "another instance polls with this token, or a webhook is set")
        case TooLargeError():
            return UnusableInputError("the file is too large")
        case NetworkError():
            return _trouble(error)
        case _:
            return UnexpectedAnswerError(SERVICE, "an answer that was not expected")


def _refusal(words: str) -> ConciergeError:
    for marks, ours in (
        (NOT_MODIFIED, NotModifiedError("the message looks like that already")),
        (NO_TEXT, NoTextError("the message has no text")),
        (GONE, NotFoundError("the message or its topic is gone")),
        (CLOSED, RefusedError("this conversation is closed to the bot")),
    ):
        if any(mark in words for mark in marks):
            return ours
    return UnusableInputError("Telegram does not take this")


def _trouble(error: NetworkError) -> ConciergeError:
    match error:
        case NotSentError():
            return ServiceUnreachableError(SERVICE, "could not be reached")
        case ServerTroubleError():
            return ServiceUnavailableError(SERVICE, "the service is down")
        case BrokenAnswerError():
            return UnexpectedAnswerError(SERVICE, "an answer that cannot be understood")
        case TimedOut():
            return ServiceTimeoutError(SERVICE, "no complete answer in time")
        case UnknownFateError():
            return ServiceTimeoutError(SERVICE, "the connection broke")
        case _ if "request entity too large" in error.message.lower():
            return UnusableInputError("the file is too large")
        case _:
            return ServiceTimeoutError(SERVICE, "no usable answer")
