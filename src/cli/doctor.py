"""`doctor`: every configured service asked for real."""

import json
import sys

from src.app import open_app
from src.bot.api import open_telegram_api
from src.cli.run import HOW_TO_GET_ONE
from src.concierge.general import Health
from src.config import Settings
from src.core.clock import SystemClock
from src.core.errors import ConciergeError, NotConfiguredError
from src.health import told

REQUIRED = ("telegram", "database", "settings", "storage")


async def examine(settings: Settings, *, as_json: bool) -> int:
    """Print one line a service; 1 where something required is wrong, else 0."""
    lines = [await _telegram(settings), *await _parts(settings)]
    wrong = [line for line in lines if not line.well and line.name in REQUIRED]
    if as_json:
        rows = [
            {
                "name": line.name,
                "state": "ok" if line.well else "wrong",
                "detail": line.detail,
                "fix": line.fix,
            }
            for line in lines
        ]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
    else:
        for line in lines:
            fix = f"\n     {line.fix}" if line.fix and not line.well else ""
            sys.stdout.write(f"{'ok   ' if line.well else 'WRONG'} {line.name}: {line.detail}{fix}\n")
    return 1 if wrong else 0


async def _telegram(settings: Settings) -> Health:
    return await told(_ask_telegram(settings), "telegram", HOW_TO_GET_ONE)


async def _ask_telegram(settings: Settings) -> str:
    if settings.telegram_bot_token is None:
        raise NotConfiguredError("TELEGRAM_BOT_TOKEN", HOW_TO_GET_ONE)
    token = settings.telegram_bot_token.get_secret_value()
    async with open_telegram_api(token, settings.telegram_base_url, clock=SystemClock()) as api:
        return f"@{(await api.me()).username}"


async def _parts(settings: Settings) -> list[Health]:
    try:
        async with open_app(settings, executor="doctor") as app:
            return await app.health()
    except ConciergeError as exc:
        return [Health("settings", well=False, detail=str(exc), fix="Correct it in .env or the environment")]
