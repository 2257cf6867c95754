"""A strict Telegram Bot API on loopback, and a driver for the people who talk to the bot."""

from .clock import Clock, ManualClock, SystemClock
from .faults import Fault, Faults, Limits
from .person import PNG, Chat, Press
from .records import (
    Attachment,
    Button,
    Call,
    CallbackAnswer,
    ChatAction,
    CommandScope,
    Draft,
    FloodViolation,
    MenuCommand,
    SentMessage,
)
from .server import TelegramStandIn
from .wire import Wire
from .world import User

__all__ = [
    "PNG",
    "Attachment",
    "Button",
    "Call",
    "CallbackAnswer",
    "Chat",
    "ChatAction",
    "Clock",
    "CommandScope",
    "Draft",
    "Fault",
    "Faults",
    "FloodViolation",
    "Limits",
    "ManualClock",
    "MenuCommand",
    "Press",
    "SentMessage",
    "SystemClock",
    "TelegramStandIn",
    "User",
    "Wire",
]
