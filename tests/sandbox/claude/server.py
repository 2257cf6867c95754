"""The HTTP server: `/v1/messages`, `/v1/messages/count_tokens`, `/v1/models`, and a control endpoint for benches."""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.sandbox.telegram.clock import Clock, SystemClock

from .answering import REQUEST_ID, Responder, headers_of, refused
from .caching import LEAST, PrefixCache, prompt_tokens
from .checks import check_headers, check_request, read_body
from .composing import Composer
from .errors import WORDS, ApiError, invalid
from .records import Exchange, Refusal
from .request import Request
from .script import Answer, Brain, Fail, Pace, Predicate, Script, Scripted, summary
from .shapes import CONTEXT, DEFAULT_PRICE, MODELS, PRICES, Price
from .thinking import Foreign, ThinkingRules

KEY = "sk-ant-sandbox-0000"
LARGEST = 32 * 1024 * 1024
SECRET_HEADERS = frozenset({"x-api-key", "authorization"})
BODY = web.RequestKey("body", dict)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class UnscriptedError(AssertionError):
    """Requests came that no script had an answer for."""


@dataclass(frozen=True)
class RateLimit:
    """At most so many requests in so many seconds of the clock; the rest are 429 with a retry-after."""

    requests: int
    seconds: float


class ClaudeStandIn:
    """A Messages API on loopback. Use as an async context manager; it raises UnscriptedError on exit.

    `clock` moves cache expiry, rate limit and the `at` of records; pace and stalls use real time. `brain` answers
    what no script answers (the talker, the obedient model, any function of the request). `context` in tokens.
    """

    def __init__(
        self,
        *,
        key: str = KEY,
        port: int = 0,
        clock: Clock | None = None,
        brain: Brain | None = None,
        pace: Pace | None = None,
        rate: RateLimit | None = None,
        prices: Mapping[str, Price] = PRICES,
        context: int = CONTEXT,
        least_cached: int = LEAST,
        prefix_check: bool = True,
        foreign_thinking: Foreign = "reject",
        always_thinks: bool = False,
    ) -> None:
        self.key = key
        self.clock: Clock = clock or SystemClock()
        self.rate = rate
        self.prices = prices
        self.context = context
        self.cache = PrefixCache(self.clock, least=least_cached)
        self.thinking = ThinkingRules(prefix_check=prefix_check, foreign=foreign_thinking)
        self.requests: list[Exchange] = []
        self.refused: list[Refusal] = []
        self.unscripted: list[str] = []
        self.counted = 0
        self.url = ""
        self._script = Script(brain)
        composer = Composer(self.thinking, self._call_id, always_thinks=always_thinks)
        self._responder = Responder(
            self.cache, composer, context=context, misfit=self._misfit, new_id=self._call_id
        )
        self._responder.pace = pace
        self._port = port
        self._run = secrets.token_hex(3)
        self._calls = 0
        self._recent: deque[float] = deque()
        self._arrived = asyncio.Event()

    # -- what a test says and asks ---------------------------------------------------------------------------------

    def script(self, *answers: Scripted) -> None:
        """Answers for the next requests, in order."""
        self._script.add(answers)

    def when(self, fits: Predicate, *answers: Scripted, always: bool = False) -> None:
        """Answers for requests that `fits` picks, before the queue; `always`: the last one stays for ever."""
        self._script.when(fits, answers, always=always)

    @property
    def brain(self) -> Brain | None:
        """What answers when no script does."""
        return self._script.brain

    @brain.setter
    def brain(self, brain: Brain | None) -> None:
        self._script.brain = brain

    @property
    def pace(self) -> Pace | None:
        """The pace of replies that have none of their own."""
        return self._responder.pace

    @pace.setter
    def pace(self, pace: Pace | None) -> None:
        self._responder.pace = pace

    @property
    def left(self) -> int:
        """Scripted answers that nobody has asked for yet."""
        return self._script.left

    @property
    def spent(self) -> Decimal:
        """US dollars of all requests so far."""
        return sum((exchange.cost for exchange in self.requests), Decimal(0))

    async def asked(self, count: int = 1, *, timeout: float = 5.0) -> None:
        """Wait until `count` requests have been accepted; TimeoutError otherwise."""
        async with asyncio.timeout(timeout):
            while len(self.requests) < count:
                self._arrived.clear()
                await self._arrived.wait()

    def reset(self) -> None:
        """Forget scripts, records and cached prefixes; the brain and the seals stay."""
        self._script.clear()
        self.requests.clear()
        self.refused.clear()
        self.unscripted.clear()
        self.cache.forget()

    # -- life ------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST, middlewares=[self._envelope])
        app.add_routes(
            [
                web.post("/v1/messages", self._messages),
                web.post("/v1/messages/count_tokens", self._count_tokens),
                web.get("/v1/models", self._models),
                web.get("/v1/models/{name}", self._model),
                web.get("/sandbox/state", self._state),
                web.post("/sandbox/reset", self._reset),
            ]
        )
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024).start()
        self._port = int(self._runner.addresses[0][1])
        self.url = f"http://127.0.0.1:{self._port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._responder.closing.set()
        await self._runner.cleanup()
        if self.unscripted and error is None:
            raise UnscriptedError("; ".join(self.unscripted))

    # -- the API ---------------------------------------------------------------------------------------------------

    @web.middleware
    async def _envelope(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        request[REQUEST_ID] = f"req_{self._run}{secrets.token_hex(6)}"
        try:
            if request.path.startswith("/v1/"):
                check_headers(request.headers, self.key)
            return await handler(request)
        except web.HTTPRequestEntityTooLarge:
            refusal = ApiError(413, "Request exceeds the maximum size")
        except web.HTTPMethodNotAllowed:
            refusal = ApiError(405, "Method Not Allowed", kind="invalid_request_error")
        except web.HTTPNotFound:
            refusal = ApiError(404, "Not found")
        except ApiError as error:
            refusal = error
        self.refused.append(
            Refusal(refusal.status, refusal.kind, refusal.message, request.path, request.get(BODY))
        )
        return refused(request, refusal)

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        started = time.monotonic()
        asked = await self._read(request)
        self._check_prefill(asked)
        self._check_room(asked)
        self._check_rate()
        self._calls += 1
        identity = f"msg_{self._run}{self._calls:08d}"
        price = self.prices.get(asked.model, DEFAULT_PRICE)
        exchange = Exchange(identity, asked, self.clock.time(), started, self._answer(asked), price)
        self.requests.append(exchange)
        self._arrived.set()
        try:
            return await self._responder.respond(request, exchange)
        except (ConnectionResetError, asyncio.CancelledError):
            exchange.end = "left"
            raise
        finally:
            exchange.ended_at = time.monotonic()

    async def _count_tokens(self, request: web.Request) -> web.Response:
        asked = await self._read(request, counting=True)
        self.counted += 1
        return web.json_response({"input_tokens": prompt_tokens(asked)}, headers=headers_of(request))

    async def _models(self, request: web.Request) -> web.Response:
        data = [model.as_json(self.context) for model in MODELS.values()]
        body = {"data": data, "has_more": False, "first_id": data[0]["id"], "last_id": data[-1]["id"]}
        return web.json_response(body, headers=headers_of(request))

    async def _model(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in MODELS:
            raise ApiError(404, f"model: {name}")
        return web.json_response(MODELS[name].as_json(self.context), headers=headers_of(request))

    async def _state(self, _request: web.Request) -> web.Response:
        body = {
            "requests": [exchange.as_json() for exchange in self.requests],
            "spent": str(self.spent),
            "refused": [f"{refusal.status} {refusal.message}" for refusal in self.refused],
            "unscripted": self.unscripted,
        }
        return web.json_response(body)

    async def _reset(self, _request: web.Request) -> web.Response:
        self.reset()
        return web.json_response({"ok": True})

    # -- steps of an answer ----------------------------------------------------------------------------------------

    async def _read(self, request: web.Request, *, counting: bool = False) -> Request:
        body = read_body(await request.read())
        request[BODY] = body
        shown = {name: value for name, value in request.headers.items() if name.lower() not in SECRET_HEADERS}
        return self.thinking.check(check_request(body, shown, counting=counting))

    def _check_prefill(self, asked: Request) -> None:
        last = asked.turns[-1]
        if (
            last.role == "assistant"
            and not MODELS[asked.model].prefill
            and not self.thinking.may_end_with(last)
        ):
            raise invalid(
                "This model does not support assistant message prefill. The conversation must end with a user message."
            )

    def _check_room(self, asked: Request) -> None:
        total = prompt_tokens(asked)
        if total > self.context:
            raise invalid(f"prompt is too long: {total} tokens > {self.context} maximum")

    def _check_rate(self) -> None:
        if self.rate is None:
            return
        now = self.clock.monotonic()
        while self._recent and self._recent[0] <= now - self.rate.seconds:
            self._recent.popleft()
        if len(self._recent) >= self.rate.requests:
            wait = math.ceil(self._recent[0] + self.rate.seconds - now)
            raise ApiError(429, WORDS["rate_limit_error"], headers={"retry-after": str(wait)})
        self._recent.append(now)

    def _answer(self, asked: Request) -> Answer:
        try:
            answer = self._script.take(asked)
        except Exception as error:  # noqa: BLE001 - a test's own function failed; the test hears of it at the exit
            return self._misfit(f"the script itself failed: {error!r}")
        if answer is not None:
            return answer
        return self._misfit(f"nothing is scripted for {json.dumps(summary(asked), ensure_ascii=False)}")

    def _misfit(self, words: str) -> Fail:
        """The test's own mistake: told to the client, and again at the exit."""
        self.unscripted.append(words)
        return Fail(500, f"sandbox: {words}", headers={"x-should-retry": "false"})

    def _call_id(self) -> str:
        self._calls += 1
        return f"toolu_{self._run}{self._calls:08d}"
