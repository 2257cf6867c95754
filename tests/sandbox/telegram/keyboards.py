"""Strict validation of reply markups."""

from __future__ import annotations

from .checks import url_error
from .errors import ApiError, bad_request
from .params import Params
from .records import Json

ROW_LIMIT = 8
BUTTON_LIMIT = 100
DATA_BYTES = 64
COPY_CHARACTERS = 256
STYLES = frozenset({"danger", "success", "primary"})
OTHER_KINDS = ("keyboard", "remove_keyboard", "force_reply")
ACTIONS = (
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)


def reply_markup(params: Params, *, inline_only: bool = False) -> Json | None:
    """The checked markup of a call: an inline keyboard without empty rows, or another kind as given."""
    raw = params.object("reply_markup")
    if not raw:
        return None
    if "inline_keyboard" in raw:
        return _inline(raw["inline_keyboard"])
    if inline_only:
        raise bad_request("inline keyboard expected")
    if not any(kind in raw for kind in OTHER_KINDS):
        raise bad_request("object expected as reply markup")
    return raw


def _inline(rows: object) -> Json | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be of type Array')
    checked = [[_button(button) for button in row] for row in rows if row]
    if any(len(row) > ROW_LIMIT for row in checked) or sum(map(len, checked)) > BUTTON_LIMIT:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": checked} if checked else None


def _unparsed(reason: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def _button(raw: object) -> Json:
    if not isinstance(raw, dict):
        raise _unparsed("InlineKeyboardButton must be an Object")
    button = {key: value for key, value in raw.items() if value is not None}
    if not isinstance(button.get("text"), str):
        raise _unparsed('Can\'t find field "text"')
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise _unparsed("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    if str(button.get("style", "primary")) not in STYLES:
        raise _unparsed("invalid button style specified")
    _check_action(actions[0], button[actions[0]])
    return button


def _check_action(name: str, value: object) -> None:
    if name == "callback_data":
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif name == "url":
        reason = url_error(value) if isinstance(value, str) else "Wrong HTTP URL"
        if reason is not None:
            raise bad_request(f"inline keyboard button URL '{value}' is invalid: {reason}")
    elif name == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= COPY_CHARACTERS:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
