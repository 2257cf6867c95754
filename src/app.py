"""The composition root: the only place where things are built. Ordered start, reverse stop."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import structlog

from src.ai.agent import Agent
from src.ai.claude_client import open_claude
from src.ai.dialogue import Dialogue, Handles, Notes, Spending
from src.ai.ports import ChatModel
from src.ai.prompts import system_prompt
from src.ai.tables import dialogue as dialogue_table
from src.ai.tables import notes as notes_table
from src.ai.tools import Toolbox, tools_of
from src.concierge.book import DownloadBook
from src.concierge.desk import CheckAddresses, Desk
from src.concierge.downloads import Downloads
from src.concierge.general import CheckHealth, General, Health
from src.concierge.media import general_capability, media_capability
from src.concierge.preferences import Preferences, Watchlist
from src.concierge.searches import Searches
from src.concierge.tables import downloads as downloads_table
from src.concierge.tables import searches as searches_table
from src.concierge.talk import Models, Talk
from src.concierge.tools.finding import FindingTools
from src.concierge.tools.getting import GettingTools
from src.concierge.tools.person import PersonTools
from src.concierge.views import Views
from src.config import Settings
from src.core.access import Access
from src.core.capability import Registry
from src.core.clock import Clock, SystemClock
from src.core.conversations import Conversations
from src.core.courier import Channel, Courier
from src.core.database import Database, open_database
from src.core.engine import Engine, open_engine
from src.core.errors import NotConfiguredError, SecretUnreadableError
from src.core.guard import public_addresses
from src.core.http import open_http, tls_context
from src.core.inbound import Address, Surface
from src.core.inbox import Inbox
from src.core.instance import sole_instance
from src.core.outbox import Outbox, button_context
from src.core.proposals import Proposals
from src.core.questions import Questions
from src.core.redaction import Redactor
from src.core.secrets import SecretBox, load_box
from src.core.stops import Stops
from src.core.tables import buttons as buttons_table
from src.core.tables import inbox as inbox_table
from src.core.tables import outbox as outbox_table
from src.core.tables import proposals as proposals_table
from src.core.texts import load_texts
from src.core.turns import Source, Spine, Turns
from src.core.wake import Wake
from src.health import Checked, check_parts
from src.jobs.downloads import DownloadFollower
from src.logger import take_over_dbos
from src.media.service import MediaService
from src.media.tmdb import Tmdb
from src.search.internet_archive import InternetArchive
from src.search.piratebay import PirateBay
from src.search.ports import Tracker
from src.search.service import SearchService
from src.seedbox.embedded import open_embedded
from src.seedbox.ports import Seedbox
from src.user.migrate import migrate

TEXTS = Path(__file__).parent / "bot" / "texts"
SAMPLES = 5  # rows of each encrypted column that the key is tried on
PRUNE_SECONDS = 6 * 3600.0
LATER_PARTS = ("rutracker", "torznab", "yts")
log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Storage:
    """The durable side, which every command needs."""

    database: Database
    box: SecretBox
    spine: Spine
    conversations: Conversations
    questions: Questions
    searches: Searches
    book: DownloadBook


@dataclass(frozen=True, slots=True)
class App:
    """Everything built. `turns` is fed by a source and speaks through a channel."""

    settings: Settings
    clock: Clock
    storage: Storage
    service: SearchService
    seedbox: Seedbox | None
    registry: Registry
    health: CheckHealth
    downloads_wake: Wake


@asynccontextmanager
async def open_service(settings: Settings, clock: Clock) -> AsyncIterator[SearchService]:
    """The search over every enabled source."""
    async with AsyncExitStack() as stack:
        tls = await asyncio.to_thread(tls_context)
        trackers = [await _tracker(stack, settings, name, tls) for name in settings.sources]
        service = SearchService(trackers, clock)
        stack.push_async_callback(service.aclose)
        yield service


async def _tracker(stack: AsyncExitStack, settings: Settings, name: str, tls: ssl.SSLContext) -> Tracker:
    proxy = settings.proxy_url.get_secret_value() if settings.proxy_url else None
    if name in LATER_PARTS:
        raise NotConfiguredError(
            f"{name} in SOURCES", "This source is not part of this version: take it out of SOURCES."
        )
    http = await stack.enter_async_context(open_http(name, proxy=proxy, tls=tls))
    match name:
        case "internet_archive":
            return InternetArchive(
                http, settings.internet_archive_url, trackers=settings.internet_archive_trackers
            )
        case _:
            return PirateBay(http, settings.piratebay_urls, trackers=settings.piratebay_trackers)


@asynccontextmanager
async def open_seedbox(settings: Settings, clock: Clock) -> AsyncIterator[Seedbox | None]:
    """The download client of the settings; None where there is none."""
    if settings.seedbox_kind == "none":
        yield None
        return
    if settings.seedbox_kind != "embedded":
        raise NotConfiguredError(
            f"SEEDBOX_KIND={settings.seedbox_kind}", "This version knows `none` and `embedded`."
        )
    listen = settings.torrent_listen
    on_loopback = all(part.strip().startswith(("127.", "[::1]")) for part in listen.split(","))
    state = settings.data_dir / "torrents"
    with sole_instance(state, "embedded"):  # two sessions on the same resume files would undo each other
        async with open_embedded(
            settings.data_dir / "downloads",
            state_folder=state,
            listen=listen,
            local_network=on_loopback and settings.allow_local_network,
            clock=clock,
        ) as seedbox:
            yield seedbox


@asynccontextmanager
async def open_storage(settings: Settings, clock: Clock, *, executor: str) -> AsyncIterator[Storage]:
    """The migrated database with the key to its encrypted columns."""
    await asyncio.to_thread(settings.data_dir.mkdir, parents=True, exist_ok=True, mode=0o700)
    async with open_database(settings.database()) as database:
        await migrate(database, backups=settings.data_dir / "backups", now=clock.now())
        box = await _box(settings, database)
        access = Access(database, clock, settings.owner_id, settings.allowed_ids)
        spine = Spine(
            inbox=Inbox(database, box, clock, executor),
            outbox=Outbox(database, box, clock, executor),
            proposals=Proposals(database, box, clock, executor),
            access=access,
            stops=Stops(database, clock),
            texts=await load_texts(TEXTS),
            clock=clock,
        )
        yield Storage(
            database=database,
            box=box,
            spine=spine,
            conversations=Conversations(database, clock),
            questions=Questions(database, box, clock),
            searches=Searches(database, box, clock),
            book=DownloadBook(database, box, clock),
        )


async def _box(settings: Settings, database: Database) -> SecretBox:
    """The key, tried on rows that it must be able to read: a lost key is told at the start, not in the middle.

    One damaged row among readable ones is that row's misfortune and stops nobody.
    """
    samples = await _encrypted_rows(database)
    key = settings.encryption_key.get_secret_value() if settings.encryption_key else None
    box = await asyncio.to_thread(load_box, key, settings.data_dir, encrypted_rows_exist=bool(samples))
    if samples and not any(_opens(box, token, context) for token, context in samples):
        raise SecretUnreadableError(
            "The key does not open what is stored: set the ENCRYPTION_KEY (or put back DATA_DIR/encryption.key) that "
            "this database was written with."
        )
    return box


def _opens(box: SecretBox, token: bytes, context: str) -> bool:
    try:
        box.decrypt(token, context)
    except SecretUnreadableError:
        return False
    return True


async def _encrypted_rows(database: Database) -> list[tuple[bytes, str]]:
    """A few rows of every encrypted column, with their contexts."""
    looks: Sequence[tuple[sa.Column[bytes], Sequence[sa.Column[object]], Callable[..., str]]] = (
        (
            searches_table.c.found,
            (searches_table.c.person, searches_table.c.id),
            lambda p, i: f"search:{p}:{i}",
        ),
        (downloads_table.c.magnet, (downloads_table.c.infohash,), lambda h: f"download:{h}"),
        (inbox_table.c.body, (inbox_table.c.source, inbox_table.c.key), lambda s, k: f"inbox:{s}:{k}"),
        (outbox_table.c.payload, (outbox_table.c.key,), lambda k: f"outbox:{k}"),
        (buttons_table.c.args, (buttons_table.c.id,), button_context),
        (proposals_table.c.args, (proposals_table.c.id,), button_context),
        (notes_table.c.text, (notes_table.c.person,), lambda p: f"note:{p}"),
        (
            dialogue_table.c.content,
            (dialogue_table.c.turn, dialogue_table.c.seq),
            lambda t, n: f"dialogue:{t}:{n}",
        ),
    )
    found = []
    async with database.read() as connection:
        for column, keys, context in looks:
            query = sa.select(column, *keys).where(column.is_not(None)).limit(SAMPLES)
            found += [(row[0], context(*row[1:])) for row in await connection.execute(query)]
    return found


@asynccontextmanager
async def open_app(settings: Settings, *, executor: str) -> AsyncIterator[App]:
    """Everything but the channel: storage, sources, download client, capabilities."""
    clock = SystemClock()
    async with (
        open_storage(settings, clock, executor=executor) as storage,
        open_service(settings, clock) as service,
        open_seedbox(settings, clock) as seedbox,
        open_model(settings) as model,
        open_media(settings, storage, clock) as media,
    ):
        wake = Wake()

        async def health() -> list[Health]:
            return await check_parts(
                Checked(settings, storage.database, storage.spine, service, seedbox, model, media)
            )

        addresses = partial(public_addresses, allow_local=settings.allow_local_network)
        prompt = await asyncio.to_thread(system_prompt)
        parts = Parts(settings, storage, service, seedbox, model, media, prompt, health, wake, addresses)
        yield App(settings, clock, storage, service, seedbox, build_registry(parts), health, wake)


@asynccontextmanager
async def open_model(settings: Settings) -> AsyncIterator[ChatModel | None]:
    """The model of the settings; None without a key: then everything is plain mode."""
    if settings.anthropic_api_key is None:
        yield None
        return
    key = settings.anthropic_api_key.get_secret_value()
    async with open_claude(key, settings.anthropic_base_url) as claude:
        yield claude


@asynccontextmanager
async def open_media(
    settings: Settings, storage: Storage, clock: Clock
) -> AsyncIterator[MediaService | None]:
    """Metadata of the settings; None without a key: then the sources' own words serve."""
    if settings.tmdb_api_key is None:
        yield None
        return
    proxy = settings.proxy_url.get_secret_value() if settings.proxy_url else None
    async with open_http("TMDB", proxy=proxy) as http:
        source = Tmdb(http, settings.tmdb_base_url, settings.tmdb_api_key.get_secret_value(), clock)
        yield MediaService(source, storage.database, clock)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the capabilities are built from."""

    settings: Settings
    storage: Storage
    service: SearchService
    seedbox: Seedbox | None
    model: ChatModel | None
    media: MediaService | None
    prompt: str
    health: CheckHealth
    wake: Wake
    addresses: CheckAddresses


def build_registry(parts: Parts) -> Registry:
    """Every capability, built once."""
    storage, spine = parts.storage, parts.storage.spine
    preferences = Preferences(storage.database)
    watchlist = Watchlist(storage.database, spine.clock)
    can_download = parts.seedbox is not None
    desk = Desk(
        parts.service, storage.searches, preferences, parts.addresses, spine.access, can_download=can_download
    )
    downloads = Downloads(
        database=storage.database,
        book=storage.book,
        searches=storage.searches,
        service=parts.service,
        seedbox=parts.seedbox,
        access=spine.access,
        desk=desk,
        wake=parts.wake,
    )
    general = General(
        access=spine.access,
        preferences=preferences,
        watchlist=watchlist,
        desk=desk,
        texts=spine.texts,
        health=parts.health,
        stops=spine.stops,
        talking=parts.model is not None,
    )
    notes = Notes(storage.database, storage.box, spine.clock)
    spending = Spending(
        storage.database,
        spine.clock,
        daily=parts.settings.daily_budget_usd,
        daily_person=parts.settings.person_budget_usd,
    )
    talk = Talk(
        agent=_agent(parts, preferences, watchlist, notes, spending),
        desk=desk,
        views=Views(
            searches=storage.searches,
            media=parts.media,
            downloads=downloads,
            general=general,
            can_download=can_download,
        ),
        preferences=preferences,
        notes=notes,
        spending=spending,
        models=Models(_models(parts.settings), parts.settings.turn_budget_usd),
        clock=spine.clock,
        away_seconds=parts.settings.model_away_seconds,
    )
    return Registry.of((general_capability(general), media_capability(talk, desk, downloads)))


def _agent(
    parts: Parts, preferences: Preferences, watchlist: Watchlist, notes: Notes, spending: Spending
) -> Agent | None:
    if parts.model is None:
        return None
    storage, spine = parts.storage, parts.storage.spine
    toolbox = Toolbox(
        tools_of(
            FindingTools(parts.media, parts.service, storage.searches, preferences),
            GettingTools(storage.searches, storage.book, parts.seedbox),
            PersonTools(preferences, watchlist, notes),
        )
    )
    return Agent(
        model=parts.model,
        toolbox=toolbox,
        dialogue=Dialogue(storage.database, storage.box, spine.clock),
        handles=Handles(storage.database, spine.clock),
        spending=spending,
        access=spine.access,
        system=parts.prompt,
        redact=Redactor(parts.settings.secret_values()).redact,
    )


def _models(settings: Settings) -> dict[str, str]:
    """What /model offers: the owner's choice first, then the cheap and the dear one."""
    names = (settings.anthropic_model, settings.anthropic_background_model, "claude-opus-5-5")
    return {name.removeprefix("claude-"): name for name in dict.fromkeys(names)}


@dataclass(frozen=True, slots=True)
class Running:
    """The engine is up: turns run, the courier carries."""

    turns: Turns
    courier: Courier
    engine: Engine
    tasks: tuple[Callable[[], Coroutine[object, object, None]], ...]


@asynccontextmanager
async def open_running(
    app: App,
    *,
    channel: Channel,
    sources: Mapping[str, Source],
    show: Callable[[Address], Surface],
    executor: str,
    grace: float,
) -> AsyncIterator[Running]:
    """The engine with its turns, and the background tasks that somebody must own. Stops within `grace` seconds."""
    spine = app.storage.spine
    turns = Turns(spine, app.registry, sources)
    courier = Courier(spine.outbox, channel, app.storage.conversations, app.clock)
    tasks = [courier.run]
    if app.seedbox is not None:
        follower = DownloadFollower(
            seedbox=app.seedbox,
            database=app.storage.database,
            book=app.storage.book,
            outbox=spine.outbox,
            access=spine.access,
            texts=spine.texts,
            clock=app.clock,
            wake=app.downloads_wake,
            show=show,
        )
        tasks.append(follower.run)
    handlers = {"turn": turns.turn, "proposal": turns.proposal}
    async with open_engine(
        app.settings.engine(), handlers, executor=executor, take_over_log=take_over_dbos
    ) as engine:
        running = Running(turns, courier, engine, tuple(tasks))
        try:
            yield running
        finally:
            await turns.close(grace)


async def housekeeping(app: App, engine: Engine) -> None:
    """Forget what is old, now and every six hours."""
    storage = app.storage
    dialogue = Dialogue(storage.database, storage.box, app.clock)
    while True:
        try:
            await storage.spine.inbox.prune()
            await storage.spine.outbox.prune()
            await storage.searches.prune()
            await storage.questions.prune()
            await dialogue.prune()
            await engine.prune()
        except Exception:  # the owner of a background task: what cannot be forgotten now is forgotten later
            log.exception("housekeeping.broke")
        await asyncio.sleep(PRUNE_SECONDS)
