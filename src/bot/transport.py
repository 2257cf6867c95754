"""How calls reach Telegram: aiohttp under python-telegram-bot's interface for requests.

The library's own httpx client slows down with every connection in its pool, and it cannot say whether a
failed request may have arrived. Nothing is ever sent twice here: that is for whoever knows what a call does.
"""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

TOKEN_MARK = "<token>"  # noqa: S105  what stands in place of the token in every address but the wire's
CONNECTIONS = 256
MAX_BODY = 16 * 1024 * 1024
CHUNK = 64 * 1024
DEFAULT_WAIT = 5.0  # seconds, for a 429 that does not say how long
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}
UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"\\/]')
NO_SESSION = "the transport is not open"


class NotSentError(NetworkError):
    """No byte of the request left: name, connect, TLS or pool failure."""


class UnknownFateError(NetworkError):
    """The connection broke after bytes had left."""


class ServerTroubleError(NetworkError):
    """The server answered 5xx."""


class BrokenAnswerError(NetworkError):
    """An answer that is no JSON of the Bot API, or larger than the cap."""


class TooLargeError(TelegramError):
    """A file is larger than the caller wants."""


class FloodError(TelegramError):
    """429. `seconds` is how long nothing may be sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"told to wait {seconds:g} s")
        self.seconds = seconds


class AiohttpRequest(BaseRequest):
    """One aiohttp session. Timeouts are in seconds and may be given a call; there is always a deadline.

    `token` replaces TOKEN_MARK on the wire only, so that no log and no error above this class can hold it.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN_MARK,
        proxy: str | None = None,
        read_timeout: float = 15.0,
        write_timeout: float = 15.0,
        connect_timeout: float = 5.0,
        pool_timeout: float = 5.0,
        connections: int = CONNECTIONS,
        max_body: int = MAX_BODY,
    ) -> None:
        self._token = token
        self._proxy = proxy
        self._read = read_timeout
        self._write = write_timeout
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._connections = connections
        self._max_body = max_body
        self._session: aiohttp.ClientSession | None = None
        hidden = (token, URL(proxy).password if proxy else None)
        self._secrets = tuple(secret for secret in hidden if secret and secret != TOKEN_MARK)

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer where a call says nothing."""
        return self._read

    async def initialize(self) -> None:
        """Open the session."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=20.0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=HEADERS | {"User-Agent": self.USER_AGENT},
                trust_env=False,
            )

    async def shutdown(self) -> None:
        """Close the session and its connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def rebuild(self) -> None:
        """Begin anew with fresh connections and fresh name look-ups."""
        await self.shutdown()
        await self.initialize()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and body of one request; called by the library.

        Raises NotSentError, TimedOut, UnknownFateError, ServerTroubleError, BrokenAnswerError or FloodError.
        """
        timeout = _deadline(
            read=_given(read_timeout, self._read),
            write=_given(write_timeout, self._write),
            connect=_given(connect_timeout, self._connect),
            pool=_given(pool_timeout, self._pool),
        )
        with self._mapped():
            async with self._opened().request(
                method,
                URL(url.replace(TOKEN_MARK, self._token), encoded=True),
                timeout=timeout,
                allow_redirects=False,
                proxy=self._proxy,
                **_body(request_data),
            ) as response:
                body = await _read(response, self._max_body)
        if body is None:
            raise BrokenAnswerError("the answer is too large")
        if response.status == 429:
            raise FloodError(_seconds(body))
        if response.status >= 500:
            raise ServerTroubleError(f"the server answered {response.status}")
        return response.status, body

    async def fetch(self, url: str, *, max_bytes: int, timeout: float) -> tuple[int, bytes]:
        """The status and body of a GET within `timeout` seconds; an error's body is empty.

        Raises as do_request, and TooLargeError where there are more than `max_bytes`.
        """
        with self._mapped():
            async with self._opened().get(
                URL(url.replace(TOKEN_MARK, self._token)),
                timeout=_deadline(read=timeout, write=0.0, connect=self._connect, pool=self._pool),
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                body = b"" if response.status != 200 else await _read(response, max_bytes)
        if body is None:
            raise TooLargeError(f"more than {max_bytes} bytes")
        return response.status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as an object. Raises BrokenAnswerError; the body, being foreign, goes into no log."""
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError) as exc:
            raise BrokenAnswerError("the answer is not JSON") from exc
        if not isinstance(answer, dict) or ("result" not in answer and "error_code" not in answer):
            raise BrokenAnswerError("the answer is not one of the Bot API")
        return answer

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise NotSentError(NO_SESSION)
        return self._session

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        """What aiohttp raises, by whether bytes may have left."""
        try:
            yield
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            failure: NetworkError = _failure(exc)
            cause: BaseException | None = exc
        else:
            return
        # aiohttp writes whole addresses into some of its messages: such a cause may not be chained
        failure.__cause__ = cause if cause is not None and not self._tells_secret(cause) else None
        raise failure

    def _tells_secret(self, error: BaseException) -> bool:
        link: BaseException | None = error
        while link is not None:
            text = f"{link}{link!r}"
            if any(secret in text for secret in self._secrets):
                return True
            link = link.__cause__ or link.__context__
        return False


def _failure(error: Exception) -> NetworkError:
    kind = type(error).__name__
    match error:
        case aiohttp.ConnectionTimeoutError() | aiohttp.ClientConnectorError() | aiohttp.InvalidURL():
            return NotSentError(kind)
        case aiohttp.ClientHttpProxyError():
            return NotSentError(kind)
        case TimeoutError():
            return TimedOut(kind)
        case aiohttp.ClientResponseError() | aiohttp.ClientPayloadError():
            return BrokenAnswerError(kind)
        case _:
            return UnknownFateError(kind)


def _given(value: object, default: float) -> float:
    # the library passes a mark of its own where the caller said nothing, and None for "no limit"
    return float(value) if isinstance(value, int | float) else default


def _deadline(*, read: float, write: float, connect: float, pool: float) -> aiohttp.ClientTimeout:
    # aiohttp counts waiting for a free connection into `connect`; `total` must outlast it to be told apart
    return aiohttp.ClientTimeout(
        total=pool + connect + write + read, connect=pool + connect, sock_connect=connect, sock_read=read
    )


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        payload = json.dumps(data.parameters).encode()
        return {"data": payload, "headers": {"Content-Type": "application/json"}}
    form = aiohttp.FormData(quote_fields=False)  # Telegram shows percent signs as they come
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=UNSAFE_IN_NAMES.sub("_", filename), content_type=mime)
    return {"data": form}


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """The body; None where it is larger than `limit`."""
    length = response.content_length
    if length is not None and length > limit:
        return None
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def _seconds(body: bytes) -> float:
    try:
        seconds = float(json.loads(body)["parameters"]["retry_after"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return DEFAULT_WAIT
    return seconds if 0 < seconds < 1e9 else DEFAULT_WAIT
