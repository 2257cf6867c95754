"""The HTTP side of calls: what surely did not leave, what may have arrived, and what is no answer."""

import asyncio
import json
import logging
import socket
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from src.bot.transport import (
    TOKEN_MARK,
    AiohttpRequest,
    BrokenAnswerError,
    FloodError,
    NotSentError,
    ServerTroubleError,
    TooLargeError,
    UnknownFateError,
)
from tests.sandbox.telegram import Fault, TelegramStandIn

TOKEN = "4242:SECRET-token_of-this-test"
ANNA = 1001


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(TOKEN) as stand_in:
        stand_in.private(stand_in.user(ANNA))
        yield stand_in


@asynccontextmanager
async def opened(root: str, request: AiohttpRequest) -> AsyncIterator[Bot]:
    bot = Bot(TOKEN_MARK, base_url=f"{root}/bot", request=request, get_updates_request=request)
    async with request:
        yield bot


@pytest.fixture
async def bot(telegram: TelegramStandIn) -> AsyncIterator[Bot]:
    async with opened(telegram.url, AiohttpRequest(token=TOKEN, read_timeout=0.2, write_timeout=0.1)) as bot:
        yield bot


@asynccontextmanager
async def raw_server(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A TCP server on loopback that does what `answer` does; yields its root."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def whole_text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error)


async def test_parameters_travel_as_json(telegram: TelegramStandIn, bot: Bot) -> None:
    sent = await bot.send_message(ANNA, "Метрополис 🎬", disable_notification=True)
    call = telegram.calls_of("sendMessage")[0]
    assert sent.text == "Метрополис 🎬"
    assert call.params["chat_id"] == ANNA
    assert call.params["disable_notification"] is True


async def test_files_travel_as_multipart(telegram: TelegramStandIn, bot: Bot) -> None:
    content = bytes(range(256)) * 8192
    name = 'Носферату "1922"\r\n.torrent'
    await bot.send_document(ANNA, InputFile(content, filename=name), caption="вот", write_timeout=5)
    message = telegram.chat(ANNA).messages[-1]
    assert message.document is not None
    assert (message.document.name, message.document.data) == ("Носферату _1922___.torrent", content)
    assert message.text == "вот"


async def test_a_refused_connection_surely_did_not_leave() -> None:
    async with opened(f"http://127.0.0.1:{free_port()}", AiohttpRequest(token=TOKEN)) as bot:
        with pytest.raises(NotSentError):
            await bot.get_me()


async def test_an_unknown_name_surely_did_not_leave() -> None:
    async with opened("http://telegram.invalid", AiohttpRequest(token=TOKEN)) as bot:
        with pytest.raises(NotSentError):
            await bot.get_me()


async def test_a_failed_tls_handshake_surely_did_not_leave(telegram: TelegramStandIn) -> None:
    async with opened(telegram.url.replace("http:", "https:"), AiohttpRequest(token=TOKEN)) as bot:
        with pytest.raises(NotSentError):
            await bot.get_me()
    assert telegram.calls == []


async def test_a_proxy_that_is_away_surely_did_not_leave(telegram: TelegramStandIn) -> None:
    proxy = f"http://user:{TOKEN[:10]}word@127.0.0.1:{free_port()}"
    async with opened(telegram.url, AiohttpRequest(token=TOKEN, proxy=proxy)) as bot:
        with pytest.raises(NotSentError) as caught:
            await bot.get_me()
    assert "word" not in whole_text(caught.value)


async def test_requests_go_through_the_proxy_given_and_never_through_the_environments(
    telegram: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with opened(telegram.url, AiohttpRequest(token=TOKEN)) as bot:
        assert (await bot.get_me()).username == "concierge_bot"
    first_lines: list[bytes] = []

    async def proxied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first_lines.append(await reader.readline())
        body = b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"x"}}'
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()

    async with (
        raw_server(proxied) as proxy,
        opened("http://telegram.invalid", AiohttpRequest(token=TOKEN, proxy=proxy)) as bot,
    ):
        assert (await bot.get_me()).id == 1
    assert first_lines[0].startswith(b"POST http://telegram.invalid/bot4242:")


async def test_a_full_pool_surely_did_not_leave(telegram: TelegramStandIn) -> None:
    request = AiohttpRequest(token=TOKEN, connections=1, connect_timeout=0.05, pool_timeout=0.05)
    telegram.faults.add("getMe", Fault.timeout_before_processing())
    async with opened(telegram.url, request) as bot:
        hanging = asyncio.create_task(bot.get_me())
        await telegram.wait_until(lambda: telegram.counts["getMe"] == 1)
        with pytest.raises(NotSentError) as caught:
            await bot.send_message(ANNA, "x")
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
    assert telegram.counts["sendMessage"] == 0
    # aiohttp's own words hold the address, and with it the token
    assert TOKEN not in whole_text(caught.value)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.timeout_before_processing(), TimedOut),
        (Fault.timeout_after_processing(), TimedOut),
        (Fault.close_connection("before"), UnknownFateError),
        (Fault.close_connection("after"), UnknownFateError),
    ],
)
@pytest.mark.requirement("BOT-002")
async def test_what_broke_after_bytes_left_is_of_unknown_fate_and_is_never_sent_again(
    telegram: TelegramStandIn, bot: Bot, fault: Fault, error: type[TelegramError]
) -> None:
    await bot.get_me()  # a kept-alive connection is where a client is tempted to try again
    telegram.faults.add("sendMessage", fault)
    with pytest.raises(error) as caught:
        await bot.send_message(ANNA, "once")
    assert not isinstance(caught.value, NotSentError)
    assert telegram.counts["sendMessage"] == 1
    assert len(telegram.chat(ANNA).messages) == (1 if fault.processed else 0)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.status(502), ServerTroubleError),
        (Fault.status(500, "{}"), ServerTroubleError),
        (Fault.failure(500, "Internal Server Error"), ServerTroubleError),
        (Fault.status(200), BrokenAnswerError),
        (Fault.status(200, "[1]"), BrokenAnswerError),
        (Fault.status(200, '{"fine": true}'), BrokenAnswerError),
        (Fault.status(200, "[" * 100_000), BrokenAnswerError),
        (Fault.garbage_body(), BrokenAnswerError),
        (Fault.status(302), NetworkError),
        (Fault.status(418), NetworkError),
        (Fault.status(400, "<html>"), BadRequest),
        (Fault.bad_request("message text is empty"), BadRequest),
        (Fault.forbidden("bot was blocked by the user"), Forbidden),
        (Fault.conflict(), Conflict),
        (Fault.failure(401, "Unauthorized"), InvalidToken),
    ],
)
async def test_answers_that_are_not_what_was_hoped_for(
    telegram: TelegramStandIn, bot: Bot, fault: Fault, error: type[TelegramError]
) -> None:
    telegram.faults.add("sendMessage", fault)
    with pytest.raises(error):
        await bot.send_message(ANNA, "x")
    assert telegram.counts["sendMessage"] == 1


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault.retry_after(17), 17.0),
        (Fault.status(429), 5.0),
        (Fault.status(429, '{"parameters": {"retry_after": "soon"}}'), 5.0),
        (Fault.status(429, '{"parameters": {"retry_after": -1}}'), 5.0),
        (Fault.status(429, "[]"), 5.0),
    ],
)
async def test_a_429_says_how_long(telegram: TelegramStandIn, bot: Bot, fault: Fault, seconds: float) -> None:
    telegram.faults.add("sendMessage", fault)
    with pytest.raises(FloodError) as caught:
        await bot.send_message(ANNA, "x")
    assert caught.value.seconds == seconds


@pytest.mark.parametrize(
    "wire",
    [
        b"this is not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"",
    ],
)
async def test_broken_http_is_of_unknown_fate_and_tells_no_token(wire: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(wire)
        await writer.drain()

    async with raw_server(answer) as root, opened(root, AiohttpRequest(token=TOKEN)) as bot:
        with pytest.raises((BrokenAnswerError, UnknownFateError)) as caught:
            await bot.get_me()
    assert TOKEN not in whole_text(caught.value)


async def test_an_answer_is_capped_told_or_untold() -> None:
    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("getMe"):
            return web.Response(body=b"x" * 2000)
        stream = web.StreamResponse()
        await stream.prepare(request)
        for _ in range(100):
            await stream.write(b"x" * 1000)
        return stream

    server = web.ServerRunner(web.Server(serve))
    await server.setup()
    site = web.TCPSite(server, "127.0.0.1", 0)
    await site.start()
    root = f"http://127.0.0.1:{server.addresses[0][1]}"
    request = AiohttpRequest(token=TOKEN, max_body=1000)
    try:
        async with opened(root, request) as bot:
            for call in (bot.get_me, bot.log_out):
                with pytest.raises(BrokenAnswerError):
                    await call()
            with pytest.raises(TooLargeError):
                await request.fetch(f"{root}/getMe", max_bytes=1999, timeout=5)
            assert await request.fetch(f"{root}/getMe", max_bytes=2000, timeout=5) == (200, b"x" * 2000)
    finally:
        await server.cleanup()


async def test_closed_and_opened_again(telegram: TelegramStandIn) -> None:
    request = AiohttpRequest(token=TOKEN)
    bot = Bot(TOKEN_MARK, base_url=f"{telegram.url}/bot", request=request, get_updates_request=request)
    with pytest.raises(NotSentError):
        await bot.get_me()
    async with request:
        await bot.get_me()
        await request.rebuild()
        await bot.get_me()
    with pytest.raises(NotSentError):
        await bot.get_me()
    assert request.read_timeout == 15.0


@pytest.mark.requirement("INFRA-003")
async def test_the_library_logs_no_token_at_debug(
    telegram: TelegramStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with opened(telegram.url, AiohttpRequest(token=TOKEN)) as bot:
        await bot.send_message(ANNA, "words")
        telegram.faults.add("*", Fault.garbage_body())
        with pytest.raises(BrokenAnswerError):
            await bot.get_me()
    assert any(TOKEN_MARK in record.getMessage() for record in caplog.records)
    assert not any(TOKEN.partition(":")[2] in record.getMessage() for record in caplog.records)


async def test_a_hundred_calls_at_once_are_quick(telegram: TelegramStandIn) -> None:
    async with opened(telegram.url, AiohttpRequest(token=TOKEN)) as bot:
        await asyncio.gather(*(bot.get_me() for _ in range(100)))
        started = time.monotonic()
        await asyncio.gather(*(bot.get_me() for _ in range(500)))
        took = time.monotonic() - started
    # The stand-in shares this process and its core; stock httpx needs several times as long for these.
    assert took < 5.0
    assert json.dumps(telegram.counts) == '{"getMe": 600}'
