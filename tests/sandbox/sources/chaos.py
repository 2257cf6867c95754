"""A loopback HTTP service that does on demand what bad services do."""

from __future__ import annotations

import asyncio
import fnmatch
import socket
import ssl
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Self

from aiohttp import web

MIB = 1024 * 1024
BOMB_SIZE = 64 * MIB
HUGE_SIZE = 32 * MIB
DRIP_PAUSE = 0.02
CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    b"<body><script>window._cf_chl_opt={};</script><div id='challenge-error-text'></div></body></html>"
)
PAGE = b"<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>"


class Fault(StrEnum):
    """What goes wrong with an answer."""

    HANG = "hang"
    HANG_IN_BODY = "hang-in-body"
    DRIP = "drip"
    ENDLESS = "endless"
    HUGE = "huge"
    GZIP_BOMB = "gzip-bomb"
    REDIRECT_BOMB = "redirect-bomb"
    BROKEN_GZIP = "broken-gzip"
    CUT_GZIP = "cut-gzip"
    GZIP_THEN_RUBBISH = "gzip-then-rubbish"
    STRANGE_ENCODING = "strange-encoding"
    REDIRECT_LOOP = "redirect-loop"
    REDIRECT = "redirect"
    STATUS = "status"
    CHALLENGE = "challenge"
    CHALLENGE_503 = "challenge-503"
    CHALLENGE_200 = "challenge-200"
    HTML = "html"
    CUT_JSON = "cut-json"
    DEEP_JSON = "deep-json"
    WRONG_CHARSET = "wrong-charset"
    WRONG_SHAPE = "wrong-shape"
    SHORT_BODY = "short-body"
    RESET = "reset"
    NOT_HTTP = "not-http"


@dataclass
class Script:
    """One fault on the paths that match `path`; `times` None: always; the rest is for some faults only."""

    fault: Fault
    path: str = "*"
    times: int | None = None
    status: int = 500
    to: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Faults:
    """The faults that are due, the one added first first."""

    def __init__(self) -> None:
        self._scripts: list[Script] = []

    def add(
        self,
        fault: Fault,
        *,
        path: str = "*",
        times: int | None = None,
        status: int = 500,
        to: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        self._scripts.append(Script(fault, path, times, status, to, headers or {}))

    def clear(self) -> None:
        self._scripts.clear()

    def take(self, path: str) -> Script | None:
        for script in self._scripts:
            if fnmatch.fnmatch(path, script.path):
                if script.times is not None:
                    script.times -= 1
                    if script.times <= 0:
                        self._scripts.remove(script)
                return script
        return None


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]


class StandIn:
    """A service on 127.0.0.1 while the context lasts. Subclasses give the honest routes."""

    def __init__(self, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._port = port
        self._tls = tls
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()
        self._arrived = asyncio.Event()
        self.url = ""
        self.faults = Faults()
        self.requests: list[Seen] = []

    def routes(self) -> Iterable[web.RouteDef]:
        """The honest answers; everything else is a 404."""
        return ()

    async def asked(self, count: int = 1) -> None:
        """Wait until `count` requests have arrived; TimeoutError after 5 s."""
        async with asyncio.timeout(5):
            while len(self.requests) < count:
                self._arrived.clear()
                await self._arrived.wait()

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._middleware()])
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._tls)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"{'http' if self._tls is None else 'https'}://{host}:{port}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def _middleware(self) -> Callable[..., Awaitable[web.StreamResponse]]:
        @web.middleware
        async def trouble(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            query = {key: request.query.getall(key) for key in request.query}
            self.requests.append(Seen(request.path, query, dict(request.headers)))
            self._arrived.set()
            script = self.faults.take(request.path)
            if script is None:
                return await handler(request)
            return await play(request, script, self._closing)

        return trouble


async def play(request: web.Request, script: Script, closing: asyncio.Event) -> web.StreamResponse:
    """The bad answer that the script asks for."""
    if script.fault in _STREAMED:
        return await _STREAMED[script.fault](request, closing)
    if script.fault in _RAW:
        return _raw(request, _RAW[script.fault], reset=script.fault is Fault.RESET)
    return _whole(request, script)


def _whole(request: web.Request, script: Script) -> web.Response:
    match script.fault:
        case Fault.REDIRECT:
            return web.Response(status=302, headers={"Location": script.to})
        case Fault.REDIRECT_LOOP:
            return web.Response(status=302, headers={"Location": str(request.rel_url)})
        case Fault.REDIRECT_BOMB:
            headers = {"Location": "/elsewhere", "Content-Encoding": "gzip"}
            return web.Response(status=302, body=gzip_bomb(), headers=headers)
        case Fault.STATUS:
            return web.Response(
                status=script.status, body=PAGE, headers=script.headers, content_type="text/html"
            )
        case _:
            status, headers, body = _FIXED[script.fault]()
            return web.Response(status=status, headers=headers, body=body)


@lru_cache(maxsize=1)
def gzip_bomb() -> bytes:
    """64 MiB of zeros in some 64 KiB."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(BOMB_SIZE // MIB)) + packer.flush()


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


Fixed = Callable[[], tuple[int, dict[str, str], bytes]]
_JSON = {"Content-Type": "application/json"}
_HTML = {"Content-Type": "text/html"}
_GZIP = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
_CF = {"Content-Type": "text/html", "Server": "cloudflare", "CF-Ray": "0000000000000000-XXX"}
_FIXED: dict[Fault, Fixed] = {
    Fault.HUGE: lambda: (200, _JSON, b" " * HUGE_SIZE),
    Fault.GZIP_BOMB: lambda: (200, _GZIP, gzip_bomb()),
    Fault.BROKEN_GZIP: lambda: (200, _GZIP, b"this was never compressed"),
    Fault.CUT_GZIP: lambda: (200, _GZIP, _gzip(b"[]" + b" " * 50_000)[:-12]),
    Fault.STRANGE_ENCODING: lambda: (200, {"Content-Encoding": "br"}, b"\x0b\x01\x80[]\x03"),
    Fault.CHALLENGE: lambda: (403, _CF | {"cf-mitigated": "challenge"}, CHALLENGE),
    Fault.CHALLENGE_503: lambda: (503, _CF, CHALLENGE),
    Fault.CHALLENGE_200: lambda: (200, _CF, CHALLENGE),
    Fault.HTML: lambda: (200, _HTML, PAGE),
    Fault.CUT_JSON: lambda: (200, _JSON, b'[{"id": "1", "name": "The Gene'),
    Fault.DEEP_JSON: lambda: (200, _JSON, b"[" * 200_000),
    Fault.WRONG_CHARSET: lambda: (200, _JSON, '[{"name": "Ночь"}]'.encode("cp1251")),
    Fault.WRONG_SHAPE: lambda: (200, _JSON, b'"maintenance"'),
}


async def _hang(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    await closing.wait()
    return web.Response(status=503)


async def _started(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers=_JSON)
    await response.prepare(request)
    await response.write(b"[")
    return response


async def _hang_in_body(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    response = await _started(request)
    await closing.wait()
    return response


async def _drip(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    response = await _started(request)
    while not closing.is_set():
        await response.write(b" ")
        await asyncio.sleep(DRIP_PAUSE)
    return response


async def _endless(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    response = await _started(request)
    while not closing.is_set():
        await response.write(b" " * 65_536)
    return response


async def _gzip_then_rubbish(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    """A small packed answer, and then bytes without end that belong to nothing."""
    response = web.StreamResponse(headers=_GZIP)
    await response.prepare(request)
    await response.write(_gzip(b"[]"))
    while not closing.is_set():
        await response.write(bytes(65_536))
    return response


_STREAMED = {
    Fault.HANG: _hang,
    Fault.HANG_IN_BODY: _hang_in_body,
    Fault.DRIP: _drip,
    Fault.ENDLESS: _endless,
    Fault.GZIP_THEN_RUBBISH: _gzip_then_rubbish,
}
_RAW = {
    Fault.SHORT_BODY: b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n[",
    Fault.RESET: b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n[",
    Fault.NOT_HTTP: b"220 mail.example ready\r\n",
}


def _raw(request: web.Request, data: bytes, *, reset: bool) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        transport.write(data)
        if reset:
            linger = struct.pack("ii", 1, 0)  # closing with unsent data kept for 0 s sends a RST
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()
        else:
            transport.close()
    return web.Response()
