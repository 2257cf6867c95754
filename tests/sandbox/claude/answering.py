"""One answer on its way: an error, a whole message, a stream, or what the script wants instead."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace

from aiohttp import web

from . import wire
from .caching import PrefixCache
from .composing import Composer, Plan
from .errors import KINDS, WORDS, ApiError, error_body
from .records import Exchange
from .script import Cut, Endless, Fail, Pace, Reply, StreamError, inner, paced
from .shapes import Usage
from .streaming import CutError, Sender, check_place, hang_up, play, play_endless

REQUEST_ID = web.RequestKey("request_id", str)


class Responder:
    """Sends answers. `misfit` turns a mistake of the test's into a failure that is heard of at the exit."""

    def __init__(
        self,
        cache: PrefixCache,
        composer: Composer,
        *,
        context: int,
        misfit: Callable[[str], Fail],
        new_id: Callable[[], str],
    ) -> None:
        self.pace: Pace | None = None
        self.closing = asyncio.Event()
        self._cache = cache
        self._composer = composer
        self._context = context
        self._misfit = misfit
        self._new_id = new_id

    async def respond(self, request: web.Request, exchange: Exchange) -> web.StreamResponse:
        """Send the answer of an exchange and note in it what came of it."""
        answer = exchange.answer
        if isinstance(answer, Fail):
            return await self._fail(request, exchange, answer)
        if isinstance(answer, Cut) and answer.after == "nothing":
            exchange.end = "cut"
            await hang_up(request, reset=answer.reset)
            return web.Response()
        usage = self._cache.take(exchange.request)
        exchange.usage = usage
        if isinstance(answer, Endless):
            return await self._endless(request, exchange, usage, answer)
        reply = paced(inner(answer) if answer is not None else Reply(), self.pace)
        plan = self._composer.plan(exchange.request, reply, self._context - usage.prompt)
        exchange.content, exchange.stop = plan.blocks, plan.stop
        if exchange.request.stream:
            return await self._stream(request, exchange, plan, reply)
        return await self._whole(request, exchange, plan, reply)

    async def _fail(self, request: web.Request, exchange: Exchange, fail: Fail) -> web.Response:
        await self._pause(fail.delay)
        kind = fail.kind or KINDS.get(fail.status, "api_error")
        headers = dict(fail.headers)
        if fail.retry_after is not None:
            headers["retry-after"] = f"{fail.retry_after:g}"
        exchange.status, exchange.end = fail.status, "done"
        return refused(
            request, ApiError(fail.status, fail.message or WORDS[kind], kind=kind, headers=headers)
        )

    async def _whole(
        self, request: web.Request, exchange: Exchange, plan: Plan, reply: Reply
    ) -> web.Response:
        usage = _full(exchange, plan)
        if isinstance(exchange.answer, Cut | StreamError):
            exchange.end = "cut"
            await hang_up(request, reset=True)
            return web.Response()
        pace = reply.pace or Pace()
        await self._pause(pace.first + (usage.output / pace.per_second if pace.per_second else 0.0))
        body = wire.message(plan, usage, exchange.id, reply.model or exchange.request.model)
        exchange.first_text_at, exchange.end = time.monotonic(), "done"
        return web.Response(
            body=json.dumps(body, ensure_ascii=False).encode(errors="replace"),
            content_type="application/json",
            headers=headers_of(request),
        )

    async def _stream(
        self, request: web.Request, exchange: Exchange, plan: Plan, reply: Reply
    ) -> web.StreamResponse:
        pace = reply.pace or Pace()
        usage = exchange.usage or Usage(0, 0, 0)
        named = reply.model or exchange.request.model
        row = list(wire.events(plan, usage, exchange.id, named, fine=pace.per_second is not None))
        try:
            check_place(exchange.answer, row)
        except ValueError as error:
            return await self._fail(request, exchange, self._misfit(str(error)))
        sender = await self._open(request, exchange, pace, reply.chunk)
        _full(exchange, plan)  # before the last event leaves, or the client could ask for the cost too early
        try:
            await play(sender, row, request, request[REQUEST_ID])
        except CutError:
            exchange.end = "cut"
        else:
            exchange.end = "done"
            await sender.response.write_eof()
        finally:
            if exchange.end != "done":
                exchange.usage = replace(usage, output=max(1, sender.tokens))
        return sender.response

    async def _endless(
        self, request: web.Request, exchange: Exchange, usage: Usage, answer: Endless
    ) -> web.StreamResponse:
        sender = await self._open(request, exchange, Pace(), None)
        row = wire.endless(answer, usage, exchange.id, exchange.request.model, self._new_id())
        try:
            await play_endless(sender, answer, row)
        finally:
            exchange.usage = replace(usage, output=max(1, sender.tokens))
            exchange.end = "left"
        return sender.response

    async def _open(self, request: web.Request, exchange: Exchange, pace: Pace, chunk: int | None) -> Sender:
        headers = headers_of(request) | {
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-cache",
        }
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        return Sender(response, exchange, pace, chunk, self.closing)

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            try:
                await asyncio.wait_for(self.closing.wait(), seconds)
            except TimeoutError:
                return


def _full(exchange: Exchange, plan: Plan) -> Usage:
    usage = replace(exchange.usage or Usage(0, 0, 0), output=plan.output, thinking=plan.thinking)
    exchange.usage = usage
    return usage


def headers_of(request: web.Request) -> dict[str, str]:
    """The headers of every answer."""
    return {"request-id": request[REQUEST_ID]}


def refused(request: web.Request, refusal: ApiError) -> web.Response:
    """The response of an error."""
    return web.json_response(
        error_body(refusal.kind, refusal.message, request[REQUEST_ID]),
        status=refusal.status,
        headers=headers_of(request) | refusal.headers,
    )
