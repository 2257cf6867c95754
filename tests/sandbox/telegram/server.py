"""The HTTP server: routes, tokens, faults, records."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader

from .clock import Clock, SystemClock
from .control import Control
from .errors import ApiError, not_found, unauthorized
from .faults import Fault, FaultKind, Faults, FloodControl, Limits
from .methods import CANONICAL, NAMED
from .methods.polling import get_updates
from .params import Params, read_params
from .person import Chat
from .records import Call, CommandScope, FloodViolation, Json, MenuCommand
from .webhook import WebhookSender
from .world import ChatState, User, World

BODY_LIMIT = 60 * 1024 * 1024
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
Found = TypeVar("Found")


class TelegramStandIn:
    """A Bot API on loopback for one bot. Use as an async context manager; everything closes on exit.

    `clock` moves drafts, callback ages, flood windows and dates; long polls and slow faults use real time.
    """

    def __init__(
        self,
        token: str = "4242:TEST-token",
        *,
        username: str = "concierge_bot",
        bot_id: int = 4242,
        port: int = 0,
        clock: Clock | None = None,
        keep_calls: bool = True,
    ) -> None:
        self.token = token
        self.clock: Clock = clock or SystemClock()
        bot = User(bot_id, "Concierge", username, is_bot=True)
        self.world = World(bot, self.clock)
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.faults = Faults()
        self.flood = FloodControl(self.clock)
        self._port = port
        self._keep_calls = keep_calls
        self._drivers: dict[int, Chat] = {}
        self._closing = asyncio.Event()
        self._control = Control(self)

    async def __aenter__(self) -> Self:
        server = web.Server(
            self._serve, request_factory=_make_request, handler_cancellation=True, access_log=None
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self._webhook = WebhookSender(self.world)
        self._deliveries = asyncio.create_task(self._webhook.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self.world.queue.interrupt(ApiError(500, "Internal Server Error: restart"))
        self._deliveries.cancel()
        await asyncio.gather(self._deliveries, return_exceptions=True)
        await self._runner.cleanup()

    # -- what tests look at ------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The host root, for TELEGRAM_BASE_URL."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def commands(self) -> dict[CommandScope, tuple[MenuCommand, ...]]:
        """The command menus set, by scope and language."""
        return self.world.profile.commands

    @property
    def confirmed_offset(self) -> int:
        """The highest offset the bot confirmed updates with."""
        return self.world.queue.confirmed_offset

    @property
    def pending_updates(self) -> list[Json]:
        """Updates queued and not yet confirmed, oldest first."""
        return self.world.queue.pending

    @property
    def polling(self) -> bool:
        """Whether the bot waits in a long poll at this moment."""
        return self.world.queue.polling

    @property
    def flood_violations(self) -> list[FloodViolation]:
        """Calls made to a chat during its retry_after window."""
        return self.flood.violations

    @property
    def limits(self) -> Limits | None:
        """The rate rule, None when off."""
        return self.flood.limits

    @limits.setter
    def limits(self, limits: Limits | None) -> None:
        self.flood.limits = limits

    @property
    def privacy_mode(self) -> bool:
        """Whether the bot sees only commands, mentions and replies in groups."""
        return self.world.privacy_mode

    @privacy_mode.setter
    def privacy_mode(self, on: bool) -> None:
        self.world.privacy_mode = on

    def calls_of(self, method: str, chat: int | None = None) -> list[Call]:
        """Recorded calls of a method, oldest first."""
        return [
            call for call in self.calls if call.method == method and (chat is None or call.chat_id == chat)
        ]

    async def wait_until(
        self, look: Callable[[], Found | None], timeout: float = 5.0, what: str = ""
    ) -> Found:
        """Wait until `look()` is true (looked at after every change and call); its value."""
        return await self.world.signal.wait_until(look, timeout, lambda: f"{what}\n{self.summary()}")

    async def wait_for_call(
        self, method: str, where: Callable[[Call], bool] = lambda call: True, timeout: float = 5.0
    ) -> Call:
        """The first recorded, finished call of `method` that fits, waiting for it if need be."""

        def look() -> Call | None:
            return next((c for c in self.calls if c.method == method and c.answer and where(c)), None)

        return await self.wait_until(look, timeout, f"call of {method}")

    def summary(self) -> str:
        """Counts of calls and the last lines of each chat, for failure messages."""
        lines = [f"calls: {dict(self.counts)}; pending updates: {len(self.world.queue)}"]
        return "\n".join([*lines, *(driver.transcript() for driver in self._drivers.values())])

    # -- people and chats --------------------------------------------------------------------------------

    def user(
        self,
        user_id: int,
        first_name: str = "Анна",
        *,
        username: str | None = None,
        language_code: str | None = "ru",
        is_bot: bool = False,
        last_name: str | None = None,
    ) -> User:
        """The account with this id, made on first use."""
        known = self.world.users.get(user_id)
        if known is None:
            known = User(user_id, first_name, username, language_code, is_bot, last_name)
            self.world.users[user_id] = known
        return known

    def private(self, user: User, *, topics: bool = False, started: bool = True) -> Chat:
        """The person's chat with the bot, the same each time; `started=False`: the bot may not write yet."""
        if user.id not in self._drivers:
            state = ChatState(user.id, "private", forum=topics)
            state.peer = user
            state.members[user.id] = user
            state.started = started
            self._adopt(state)
        return self._drivers[user.id]

    def group(
        self,
        chat_id: int,
        *,
        title: str,
        members: list[User],
        forum: bool = False,
        bot_is_admin: bool = False,
    ) -> Chat:
        """A supergroup the bot is in."""
        state = ChatState(chat_id, "supergroup", title=title, forum=forum)
        return self._populate(state, members, bot_is_admin)

    def basic_group(
        self, chat_id: int, *, title: str, members: list[User], bot_is_admin: bool = False
    ) -> Chat:
        """A basic group the bot is in; it can migrate."""
        return self._populate(ChatState(chat_id, "group", title=title), members, bot_is_admin)

    def _populate(self, state: ChatState, members: list[User], bot_is_admin: bool) -> Chat:
        state.members = {member.id: member for member in members}
        state.bot_is_admin = bot_is_admin
        return self._adopt(state)

    def _adopt(self, state: ChatState) -> Chat:
        self.world.chats[state.id] = state
        driver = Chat(self.world, state, self._adopt)
        self._drivers[state.id] = driver
        return driver

    def chat(self, chat_id: int) -> Chat:
        """The driver of a chat made before."""
        return self._drivers[chat_id]

    def block(self, user: User) -> None:
        """The person blocks the bot: my_chat_member, then 403 on every send."""
        self.private(user).set_blocked(True)

    def unblock(self, user: User) -> None:
        """The person lets the bot in again."""
        self.private(user).set_blocked(False)

    def raw_update(self, update: Json) -> int:
        """Queue any object as an update; returns its update_id, which is added when missing."""
        return self.world.queue.put_raw(update)

    # -- HTTP --------------------------------------------------------------------------------------------

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            token, _, name = path[4:].partition("/")
            return await self._api(request, token, name)
        if path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/")
            return await self._download(request, token, name)
        if path.startswith("/control/"):
            return await self._control.serve(request, path.removeprefix("/control/"))
        return _reply(not_found().as_json())

    def _authorise(self, token: str) -> None:
        if token != self.token:
            raise unauthorized() if TOKEN.fullmatch(token) else not_found()

    async def _api(self, request: web.BaseRequest, token: str, name: str) -> web.StreamResponse:
        call = Call(CANONICAL.get(name.lower(), name), {}, self.clock.monotonic())
        self._record(call)
        try:
            self._authorise(token)
            params = await read_params(request)
        except ApiError as error:
            call.answer = error.as_json()
            return self._answer(call)
        call.params, call.files = params.values, params.files
        fault = self.faults.take(call) if self.faults else None
        if fault is not None:
            return await self._with_fault(request, call, params, fault)
        await self._process(call, params)
        return self._answer(call)

    def _record(self, call: Call) -> None:
        self.counts[call.method] += 1
        if self._keep_calls:
            self.calls.append(call)

    async def _process(self, call: Call, params: Params) -> None:
        try:
            self.flood.check(call)
            if call.method == "getUpdates":
                result: object = await get_updates(self.world, params)
            else:
                handler = NAMED.get(call.method)
                if handler is None:
                    raise not_found()
                result = handler(self.world, params)
        except ApiError as error:
            call.answer = error.as_json()
            return
        call.answer = {"ok": True, "result": result}
        call.processed = True
        if call.method == "setWebhook":
            self._webhook.wake()

    def _answer(self, call: Call) -> web.Response:
        call.answered = True
        self.world.signal.notify()
        return _reply(call.answer or {})

    async def _with_fault(
        self, request: web.BaseRequest, call: Call, params: Params, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind in {FaultKind.SLOW, FaultKind.HANG}:
            await self._pause(fault.seconds)
        if fault.processed:
            await self._process(call, params)
        match fault.kind:
            case FaultKind.SLOW:
                return self._answer(call)
            case FaultKind.ERROR:
                return self._refuse(call, fault)
            case FaultKind.STATUS | FaultKind.GARBAGE:
                self.world.signal.notify()
                kind = "text/html" if fault.kind is FaultKind.STATUS else "application/json"
                return web.Response(body=fault.body, status=fault.code, content_type=kind)
            case FaultKind.SILENCE:
                self.world.signal.notify()
                await self._pause(None)
        return _cut(request)

    def _refuse(self, call: Call, fault: Fault) -> web.Response:
        if fault.error is not None:
            call.answer = fault.error.as_json()
        if fault.closed_for and call.chat_id is not None:
            self.flood.close(call.chat_id, fault.closed_for)
        return self._answer(call)

    async def _pause(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return

    async def _download(self, request: web.BaseRequest, token: str, path: str) -> web.StreamResponse:
        call = Call("file", {"file_path": path}, self.clock.monotonic())
        self._record(call)
        fault = self.faults.take(call) if self.faults else None
        if fault is not None:
            return await self._with_fault(request, call, Params({}, {}, {}), fault)
        file = self.world.files_by_path.get(path)
        call.answered = True
        if token != self.token or file is None or file.data is None:
            call.answer = (not_found() if token == self.token else unauthorized()).as_json()
            return self._answer(call)
        call.answer, call.processed = {"ok": True}, True
        return web.Response(body=file.data, content_type="application/octet-stream")


def _reply(answer: Json) -> web.Response:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return web.Response(body=body, status=int(answer.get("error_code", 200)), content_type="application/json")


def _cut(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _make_request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=BODY_LIMIT)
