"""The type of a Bot API method."""

from __future__ import annotations

from collections.abc import Callable

from tests.sandbox.telegram.params import Params
from tests.sandbox.telegram.world import World

Method = Callable[[World, Params], object]
