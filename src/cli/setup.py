"""`setup`: asks what is needed, tries it, writes .env."""

import asyncio
import os
from pathlib import Path

import click

from src.bot.api import open_telegram_api
from src.config import Settings
from src.core.clock import SystemClock
from src.core.errors import ConciergeError

ENV = Path(".env")
SOURCES = ("internet_archive", "piratebay")


def wizard() -> None:
    """Ask, try, write. What .env has already is kept and offered as the default."""
    click.echo("A few questions; everything can be changed later in .env.\n")
    known = _read(ENV)
    answers = {
        "TELEGRAM_BOT_TOKEN": _token(known.get("TELEGRAM_BOT_TOKEN")),
        "OWNER_ID": _owner(known.get("OWNER_ID")),
        "SOURCES": _sources(known.get("SOURCES")),
        "SEEDBOX_KIND": _seedbox(known.get("SEEDBOX_KIND")),
    }
    if "piratebay" in answers["SOURCES"]:
        answers["PIRATEBAY_URLS"] = click.prompt(
            "Address(es) of the Pirate Bay API, comma separated", default=known.get("PIRATEBAY_URLS")
        )
    _write(ENV, known | {name: value for name, value in answers.items() if value})
    click.echo(f"\nWritten to {ENV}. Start with: make run")


def _token(known: str | None) -> str:
    click.echo("1. The bot's token. In Telegram, write /newbot to @BotFather; it gives you one.")
    while True:
        token: str = click.prompt("   Token", default=known, hide_input=True, show_default=False).strip()
        try:
            name = asyncio.run(_ask(token))
        except ConciergeError as exc:
            click.echo(f"   {exc}")
            if click.confirm("   Keep it all the same?", default=False):
                return token
            known = None
            continue
        click.echo(f"   It is @{name}.")
        return token


async def _ask(token: str) -> str:
    base = Settings().telegram_base_url
    async with open_telegram_api(token, base, clock=SystemClock()) as api:
        return (await api.me()).username


def _owner(known: str | None) -> str:
    click.echo(
        "\n2. Your numeric Telegram id. Leave it empty: the bot then prints a code that makes you the owner."
    )
    while True:
        answer: str = click.prompt("   Id", default=known or "", show_default=bool(known)).strip()
        if not answer or answer.isdigit():
            return answer
        click.echo("   An id is a number.")


def _sources(known: str | None) -> str:
    click.echo(
        "\n3. Where to search. The Internet Archive is legal and on by default; others are your choice,"
    )
    click.echo("   and so is the law of your country. Torrents also upload.")
    chosen = [SOURCES[0]]
    if click.confirm("   Search The Pirate Bay too?", default="piratebay" in (known or "")):
        chosen.append("piratebay")
    return ",".join(chosen)


def _seedbox(known: str | None) -> str:
    click.echo(
        "\n4. What downloads. `embedded`: this program itself, into DATA_DIR/downloads. `none`: magnets for you."
    )
    return str(
        click.prompt("   Seedbox", type=click.Choice(["none", "embedded"]), default=known or "embedded")
    )


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (
        line.split("=", 1)
        for line in path.read_text(encoding="utf-8").splitlines()
        if "=" in line and line[0] != "#"
    )
    return {name.strip(): value.strip() for name, value in pairs}


def _write(path: Path, values: dict[str, str]) -> None:
    """Written beside and moved over, readable by its owner alone."""
    draft = path.with_name(f"{path.name}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(f"{name}={value}\n" for name, value in values.items()))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
