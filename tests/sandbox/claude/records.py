"""What the stand-in keeps of every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from .request import Request
from .script import Answer
from .shapes import DEFAULT_PRICE, Json, Price, Usage

End = Literal["open", "done", "cut", "left"]


@dataclass
class Exchange:
    """One accepted request and what became of it.

    `at` is the clock's time, `started`, `first_text_at` and `ended_at` are `time.monotonic()` seconds, which all
    processes of a machine share. `end`: "done", "cut" by the script, or "left" by the client. A stream that did not
    end costs what had been sent.
    """

    id: str
    request: Request
    at: float
    started: float
    answer: Answer | None
    price: Price = DEFAULT_PRICE
    status: int = 200
    usage: Usage | None = None
    content: list[Json] = field(default_factory=list)
    stop: str | None = None
    first_text_at: float | None = None
    ended_at: float | None = None
    end: End = "open"

    @property
    def cost(self) -> Decimal:
        """US dollars."""
        return self.price.cost(self.usage) if self.usage is not None else Decimal(0)

    @property
    def body(self) -> Json:
        """The parsed body."""
        return self.request.body

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers without the key."""
        return self.request.headers

    def as_json(self) -> Json:
        """The line for the control endpoint."""
        return {
            "id": self.id,
            "model": self.request.model,
            "asked": self.request.asked[-80:],
            "started": self.started,
            "first_text_at": self.first_text_at,
            "ended_at": self.ended_at,
            "end": self.end,
            "status": self.status,
            "stop": self.stop,
            "usage": self.usage.as_json() if self.usage is not None else None,
            "cost": str(self.cost),
        }


@dataclass(frozen=True)
class Refusal:
    """A request that broke a rule."""

    status: int
    kind: str
    message: str
    path: str
    body: Json | None
