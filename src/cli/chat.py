"""`chat`: the same engine in a terminal, without Telegram."""

import asyncio
import sys
import time

from src.app import App, Running, open_app, open_running
from src.bot.updates import restore, store
from src.cli.terminal import CHANNEL, Screen, TerminalSurface, surface_of
from src.config import Settings
from src.core.errors import RefusedError
from src.core.inbound import Address, Command, Content, Inbound, Press, Words
from src.core.inbox import Entry
from src.core.instance import sole_instance
from src.core.turns import Source

EXECUTOR = "terminal"
BY_DEFAULT = 1  # whoever sits at the machine's own terminal, where nobody has been made the owner
LOCALE = "ru"


async def talk(settings: Settings, *, once: str | None, user: int | None) -> None:
    """Talk until the end of the input, or say one thing and leave when it is answered.

    Raises RefusedError for a `user` without a role.
    """
    token = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else "terminal"
    with sole_instance(settings.data_dir, token):
        async with open_app(await _with_owner(settings, user), executor=EXECUTOR) as app:
            person = user or await app.storage.spine.access.owner() or BY_DEFAULT
            if await app.storage.spine.access.person(person) is None:
                raise RefusedError(f"{person} has no role here: add the id to ALLOWED_IDS")
            screen = Screen()
            running = open_running(
                app,
                channel=screen,
                sources={CHANNEL: Source(restore, lambda inbound: surface_of(screen, inbound))},
                show=lambda _address: TerminalSurface(screen),
                executor=EXECUTOR,
                grace=1.0,
            )
            async with running as parts, asyncio.TaskGroup() as group:
                tasks = [group.create_task(work()) for work in parts.tasks]
                await parts.turns.start(parts.engine)
                await _converse(app, parts, screen, person, once)
                for task in tasks:
                    task.cancel()


async def _with_owner(settings: Settings, user: int | None) -> Settings:
    """At one's own machine one is the owner, unless the settings name somebody."""
    if settings.owner_id is not None or settings.allowed_ids:
        return settings
    return settings.model_copy(update={"owner_id": user or BY_DEFAULT})


async def _converse(app: App, parts: Running, screen: Screen, person: int, once: str | None) -> None:
    if once is not None:
        await _say(app, parts, person, _content(once, screen))
        return
    while True:
        line = await asyncio.to_thread(_read)
        if line is None:
            return
        content = _content(line, screen)
        if isinstance(content, Words) and not content.text.strip():
            continue
        await _say(app, parts, person, content)


def _read() -> str | None:
    sys.stdout.write("> ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def _content(line: str, screen: Screen) -> Content:
    """A number is a button, a slash a command, anything else words."""
    line = line.strip()
    if line.isdigit() and (pressed := screen.pressed(int(line))) is not None:
        return pressed if isinstance(pressed, Press) else Words(pressed)
    if line.startswith("/"):
        name, _, rest = line[1:].partition(" ")
        return Command(name.lower(), rest)
    return Words(line)


async def _say(app: App, parts: Running, person: int, content: Content) -> None:
    """Store it as the poller would, and wait until it is answered and delivered."""
    inbound = Inbound(
        source=CHANNEL,
        key=f"{time.time_ns():020d}",
        person=person,
        conversation=Address(CHANNEL, person),
        private=True,
        content=content,
        language=LOCALE,
    )
    await app.storage.spine.access.remember(person, name="", language=LOCALE)
    entry = Entry(
        CHANNEL,
        inbound.key,
        f"{CHANNEL}:{person}",
        person,
        str(inbound.conversation),
        type(content).__name__,
        store(inbound),
    )
    parts.turns.lanes.admit(await app.storage.spine.inbox.store([entry]))
    await parts.turns.lanes.idle()
    await parts.turns.effects_done()
    await parts.courier.idle()
