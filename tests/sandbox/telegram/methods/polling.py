"""getUpdates and the webhook's settings."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tests.sandbox.telegram.errors import bad_request, conflict
from tests.sandbox.telegram.params import Params
from tests.sandbox.telegram.records import Json
from tests.sandbox.telegram.world import Webhook, World

from .method import Method

LONGEST_POLL = 50
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


def _allowed(params: Params) -> list[str] | None:
    kinds = params.array("allowed_updates")
    return None if kinds is None else [str(kind) for kind in kinds]


async def get_updates(world: World, params: Params) -> list[Json]:
    """getUpdates; out-of-range limit and timeout are clamped, as on the real server."""
    limit = min(max(params.integer("limit", 100), 1), 100)
    timeout = min(max(params.integer("timeout"), 0), LONGEST_POLL)
    offset = params.integer("offset")
    kinds = _allowed(params)
    if not world.queue.webhook_url:
        world.queue.subscribe(kinds)
    return await world.queue.poll(offset, limit, timeout)


def set_webhook(world: World, params: Params) -> bool:
    """setWebhook: https, or plain http on loopback (the stand-in's only licence); an empty url removes it."""
    url, secret = params.text("url"), params.text("secret_token")
    if not url:
        return delete_webhook(world, params)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if SECRET.fullmatch(secret) is None:
        raise bad_request("secret token contains unallowed characters")
    if params.flag("drop_pending_updates"):
        world.queue.clear()
    world.queue.subscribe(_allowed(params))
    world.webhook = Webhook(url, secret, params.integer("max_connections", 40))
    world.queue.webhook_url = url
    world.queue.interrupt(conflict("terminated by setWebhook request"))
    world.signal.notify()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """deleteWebhook."""
    if params.flag("drop_pending_updates"):
        world.queue.clear()
    world.webhook = Webhook()
    world.queue.webhook_url = ""
    world.signal.notify()
    return True


def get_webhook_info(world: World, params: Params) -> Json:
    """getWebhookInfo."""
    hook = world.webhook
    body: Json = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": len(world.queue)}
    if hook.url:
        body["max_connections"] = hook.max_connections
    if hook.last_error:
        body |= {"last_error_message": hook.last_error, "last_error_date": hook.last_error_date}
    if world.queue.allowed is not None:
        body["allowed_updates"] = sorted(world.queue.allowed)
    return body


METHODS: dict[str, Method] = {
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
