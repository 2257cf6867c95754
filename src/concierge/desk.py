"""Plain mode: a typed line is a title search, short words refer to what was shown."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TypeVar, get_args

from src.concierge import cards
from src.concierge.arguments import SearchAgain, ShowList, ShowRelease
from src.concierge.followups import FollowUp, Reference, parse_follow_up
from src.concierge.preferences import Preferences
from src.concierge.searches import Search, Searches
from src.core.access import Access
from src.core.capability import TurnContext
from src.core.errors import NotFoundError, UnusableInputError
from src.core.inbound import ActionButton, Attachment, Document, Outgoing, Words
from src.core.proposals import Pressed
from src.core.stops import Stop
from src.search.magnet import build_magnet, parse_magnet, short_magnet
from src.search.models import Found, Pick, Ranked, Release, Resolution, Wish
from src.search.release import parse_release
from src.search.service import SearchService
from src.search.torrent_file import read_torrent
from src.search.wish import parse_wish

T = TypeVar("T")
CheckAddresses = Callable[[Sequence[str]], Awaitable[tuple[str, ...]]]  # those that may be contacted
LONGEST = 4_096  # characters of a message that are looked at
MAX_TORRENT = 8 * 1024 * 1024


class Desk:
    """Takes a person's words and buttons about finding; downloads.py has those about getting."""

    def __init__(
        self,
        service: SearchService,
        searches: Searches,
        preferences: Preferences,
        addresses: CheckAddresses,
        access: Access,
        *,
        can_download: bool,
    ) -> None:
        self._service = service
        self._searches = searches
        self._preferences = preferences
        self._addresses = addresses
        self._access = access
        self._can_download = can_download

    async def words(self, context: TurnContext, words: Words) -> None:
        """A line that was typed: a magnet, a reference to the last list, or a title."""
        text = words.text[:LONGEST]
        if "magnet:?" in text:
            await self._pasted_magnet(context, text)
            return
        follow_up = parse_follow_up(text)
        if follow_up is not None and (search := await self._latest(context)) is not None:
            await self._follow_up(context, search, follow_up)
            return
        try:
            wish = parse_wish(text)
        except UnusableInputError:
            await context.say("unclear", context.phrases("need-title"))
            return
        await self.find(context, await self._with_preferences(context, wish))

    async def _with_preferences(self, context: TurnContext, wish: Wish) -> Wish:
        known = await self._preferences.of(context.person.id)
        resolution = wish.resolution or _resolution(known.get("resolution"))
        return wish.model_copy(
            update={"resolution": resolution, "language": wish.language or context.phrases.language}
        )

    async def _latest(self, context: TurnContext) -> Search | None:
        try:
            return await self._searches.latest(context.person.id, str(context.inbound.conversation))
        except NotFoundError:
            return None

    async def find(self, context: TurnContext, wish: Wish) -> None:
        """Search and answer with a card, or say who was empty, who failed and what would widen it."""
        await context.surface.working(
            context.phrases("searching", n=len(self._service.names), title=wish.title)
        )
        ident = f"{context.turn}:search"

        async def work() -> str | None:
            found = await until_stopped(context, self._service.search(wish))
            if found is None:
                return None
            await self._searches.save(ident, context.person.id, str(context.inbound.conversation), found)
            return ident

        if await context.steps.step("search", work) is None:
            await context.say("stopped", context.phrases("stopped"))
            return
        await self._answer(context, await self._searches.get(ident, context.person.id))

    async def _answer(self, context: TurnContext, search: Search) -> None:
        found = search.found
        if not found.ranked:
            text, rows = cards.empty_card(context.phrases, search)
            await context.say("answer", text, rows)
            return
        text, rows = cards.result_card(context.phrases, search, can_download=self._can_download)
        await context.say("answer", text, rows, photo_url=found.ranked[0].release.poster_url)

    # References to the list shown last.

    async def _follow_up(self, context: TurnContext, search: Search, follow_up: FollowUp) -> None:
        count = len(search.found.ranked)
        if count == 0:
            await context.say("answer", context.phrases("list-empty"))
            return
        if follow_up.reference is Reference.MORE:
            await self._page(context, search, search.shown // cards.PAGE)
            return
        index = _referred(search.found, follow_up)
        if index is None or not 0 <= index < count:
            await context.say("answer", context.phrases("list-short", n=count))
            return
        await self._release(context, search, index)

    async def _release(self, context: TurnContext, search: Search, index: int) -> None:
        text, rows = cards.release_card(context.phrases, search, index, can_download=self._can_download)
        await context.say("answer", text, rows)

    async def _page(
        self, context: TurnContext, search: Search, page: int, *, edits: str | None = None
    ) -> None:
        text, rows = cards.list_page(context.phrases, search, page)
        await self._searches.mark_shown(search.id, (page + 1) * cards.PAGE)
        await context.say("answer", text, rows, edits=edits)

    # Buttons.

    async def show_list(self, context: TurnContext, arguments: ShowList, _pressed: Pressed) -> None:
        """The whole list, as a message of its own."""
        await self._page(context, await self._mine(context, arguments.search), arguments.page)

    async def turn_page(self, context: TurnContext, arguments: ShowList, pressed: Pressed) -> None:
        """Another page, in place of the one that was pressed."""
        search = await self._mine(context, arguments.search)
        await self._page(context, search, arguments.page, edits=pressed.outbox_key)

    async def show_release(self, context: TurnContext, arguments: ShowRelease, _pressed: Pressed) -> None:
        """One release in full."""
        await self._release(context, await self._mine(context, arguments.search), arguments.index)

    async def search_again(self, context: TurnContext, arguments: SearchAgain, _pressed: Pressed) -> None:
        """The same wish or a wider one, anew."""
        await self.find(context, arguments.wish)

    async def rerun(self, context: TurnContext, arguments: ShowList | ShowRelease, _pressed: Pressed) -> None:
        """An expired button re-runs its search."""
        search = await self._mine(context, arguments.search)
        await self.find(context, search.found.wish)

    async def magnet(self, context: TurnContext, arguments: ShowRelease, _pressed: Pressed) -> None:
        """Hand over the magnet: a copy button while it fits, and a file where it does not or there is no magnet."""
        if context.person.accepted_at is None:
            args = arguments.stored()
            accept = ActionButton(label=context.phrases("button-accept"), action="accept-magnet", args=args)
            await context.say("notice", context.phrases("notice"), ((accept,),))
            return
        await self._hand_over(context, arguments)

    async def accept_notice(self, context: TurnContext, arguments: ShowRelease, _pressed: Pressed) -> None:
        """The notice was accepted by its button: the magnet it stood before follows at once."""
        await self._access.accept_notice(context.person.id)
        await self._hand_over(context, arguments)

    async def _hand_over(self, context: TurnContext, arguments: ShowRelease) -> None:
        search = await self._mine(context, arguments.search)
        release = search.release(arguments.index).release
        short = short_magnet(parse_magnet(release.magnet)) if release.magnet else None
        text, rows = cards.magnet_card(context.phrases, search, arguments.index, short)
        document = None
        if release.magnet is not None and short != release.magnet:
            document = Document(name="magnet.txt", content=release.magnet.encode())
        elif release.magnet is None:
            document = await self._torrent_file(context, search, arguments.index)
        await context.outbox.put(
            Outgoing(
                key=f"turn:{context.turn}:magnet",
                person=context.person.id,
                conversation=str(context.inbound.conversation),
                text=text,
                rows=rows,
                document=document,
            )
        )

    async def _torrent_file(self, context: TurnContext, search: Search, index: int) -> Document:
        release = search.release(index).release
        content = await until_stopped(context, self._service.torrent(release))
        if content is None:
            raise NotFoundError("the source gives no torrent for this")
        torrent = await asyncio.to_thread(read_torrent, content)
        if torrent.private:  # it carries the owner's passkey
            raise NotFoundError("a private torrent is not handed over")
        return Document(name=f"{release.id}.torrent"[-64:], content=content)

    async def _mine(self, context: TurnContext, ident: str) -> Search:
        return await self._searches.get(ident, context.person.id)

    # Pasted magnets and files are as good as a search result.

    async def _pasted_magnet(self, context: TurnContext, text: str) -> None:
        start = text.index("magnet:?")
        magnet = parse_magnet(text[start:].split(maxsplit=1)[0])
        trackers = await self._addresses(magnet.trackers)
        await self._pasted(
            context, pasted_release(magnet.infohash, magnet.name or magnet.infohash, trackers, None)
        )

    async def attachment(self, context: TurnContext, attachment: Attachment) -> None:
        """A file somebody sent: a .torrent is read, anything else is said to be of no use."""
        if not attachment.name.lower().endswith(".torrent") or (attachment.size or 0) > MAX_TORRENT:
            await context.say("other", context.phrases("only-text"))
            return
        content = await context.surface.fetch(attachment.handle, MAX_TORRENT)
        torrent = await asyncio.to_thread(read_torrent, content)
        trackers = await self._addresses(torrent.trackers)
        await self._pasted(context, pasted_release(torrent.infohash, torrent.name, trackers, torrent.size))

    async def _pasted(self, context: TurnContext, release: Release) -> None:
        wish = Wish(title=release.parsed.title or release.name[:100])
        found = Found(wish=wish, ranked=(Ranked(release=release),))
        ident = f"{context.turn}:search"
        await self._searches.save(ident, context.person.id, str(context.inbound.conversation), found)
        await self._release(context, await self._mine(context, ident), 0)


def pasted_release(infohash: str, name: str, trackers: Sequence[str], size: int | None) -> Release:
    """A release that a person brought themselves. Its magnet is rebuilt from checked parts, never forwarded."""
    return Release(
        tracker="pasted",
        id=infohash,
        name=name,
        parsed=parse_release(name),
        infohash=infohash,
        magnet=build_magnet(infohash, name, trackers),
        size_bytes=size,
    )


async def until_stopped(context: TurnContext, work: Coroutine[object, object, T]) -> T | None:
    """The work's result, or None where the person asked to stop first."""
    return await until_asked(context.stop, work)


async def until_asked(stop: Stop, work: Coroutine[object, object, T]) -> T | None:
    """The work's result, or None where `stop` was asked for first."""
    task = asyncio.ensure_future(work)
    asked = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((task, asked), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for one in (task, asked):
            one.cancel()
        await asyncio.gather(task, asked, return_exceptions=True)


def _resolution(value: str | None) -> Resolution | None:
    known: tuple[Resolution, ...] = get_args(Resolution)
    return next((one for one in known if one == value), None)


def _referred(found: Found, follow_up: FollowUp) -> int | None:
    """The place in the list that is meant, from 0."""
    match follow_up.reference:
        case Reference.NUMBER:
            return follow_up.number - 1
        case Reference.LAST:
            return len(found.ranked) - 1
        case Reference.BETTER:
            return 0
        case Reference.SMALLER | Reference.FASTER:
            wanted = Pick.SMALLEST if follow_up.reference is Reference.SMALLER else Pick.FASTEST
            return next((i for i, entry in enumerate(found.ranked) if wanted in entry.picks), 0)
        case Reference.MORE:
            return None
