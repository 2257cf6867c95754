"""Cards, lists and progress as text and buttons. Pure: values in, text out.

Laid out for a phone: one message, at most 8 lines of about 40 characters, labels of at most 20.
"""

import re
from collections.abc import Sequence

from src.concierge import formats
from src.concierge.arguments import (
    OnDownload,
    OnWatchlist,
    RemoveDownload,
    SearchAgain,
    ShowList,
    ShowRelease,
    StartDownload,
)
from src.concierge.book import Download
from src.concierge.searches import Search
from src.core.inbound import ActionButton, Button, CopyButton, ProposalButton, Rows, Span, Style, Text
from src.core.texts import Phrases
from src.search.models import Pick, Ranked, Reason, Release, SourceReport, SourceState, Wish
from src.search.ranking import estimated_seconds
from src.search.relax import relaxations
from src.seedbox.models import TorrentStatus

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
LINE = 40
LABEL = 20
PAGE = 6
ANSWERED = (SourceState.OK, SourceState.EMPTY)


def title_of(phrases: Phrases, wish: Wish, release: Release | None) -> str:
    """The release's title in the person's script where it has one, with its year; else as the person wrote it."""
    if release is None or release.parsed.title is None:
        name, year = wish.title, wish.year
    else:
        titles = (release.parsed.title, *release.parsed.alt_titles)
        cyrillic = phrases.language == "ru"
        name = next((title for title in titles if bool(CYRILLIC.search(title)) is cyrillic), titles[0])
        year = release.parsed.year or wish.year
    return f"{formats.words(name, 60)} ({year})" if year else formats.words(name, 60)


def pick_line(phrases: Phrases, release: Release) -> str:
    """ "1080p · 1.4 GB · rus · 342↑ · ~20 min": only what is known."""
    parsed = release.parsed
    languages = [phrases(f"lang-{code}") for code in parsed.languages[:2] if phrases.has(f"lang-{code}")]
    seconds = estimated_seconds(release)
    parts = [
        parsed.resolution or parsed.source or "",
        formats.size(phrases, release.size_bytes) if release.size_bytes else "",
        "/".join(languages),
        f"{release.seeds}↑" if release.seeds is not None else "",
        formats.duration(phrases, seconds) if seconds is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def why_line(phrases: Phrases, why: Sequence[Reason], count: int = 2) -> str:
    """The first reasons in words, joined by commas."""
    return ", ".join(phrases(f"why-{reason.kind}", value=reason.value or "") for reason in why[:count])


def sources_line(phrases: Phrases, sources: Sequence[SourceReport]) -> str:
    """Who answered with how much; whoever failed is named with the reason."""
    parts = []
    for report in sources:
        name = phrases(f"source-{report.name}") if phrases.has(f"source-{report.name}") else report.name
        if report.state in ANSWERED:
            parts.append(f"{name}: {report.found}")
        else:
            parts.append(f"{name}: {phrases(f'source-state-{report.state}')}")
    return " · ".join(parts)


def entries(search: Search) -> list[tuple[Pick, int, Ranked]]:
    """The picks with their place in the list; one release that is several picks stands once, as the first of them."""
    chosen = []
    for pick in Pick:
        for index, ranked in enumerate(search.found.ranked):
            if pick in ranked.picks and ranked.picks[0] is pick:
                chosen.append((pick, index, ranked))
    return chosen


def result_card(
    phrases: Phrases, search: Search, *, can_download: bool, facts: str = ""
) -> tuple[Text, Rows]:
    """The card of a search that found something: title, picks with reasons, sources, buttons.

    `facts` is one line about the title itself; sources that all answered then make room for it.
    """
    found = search.found
    best = found.ranked[0].release
    spans = [Span(text=title_of(phrases, found.wish, best), style=Style.BOLD)]
    if facts:
        spans.append(Span(text=f"\n{facts}"))
    rows: list[tuple[Button, ...]] = []
    small: list[Button] = []
    for pick, index, ranked in entries(search):
        names = " + ".join(phrases(f"pick-{one}") for one in ranked.picks)
        why = why_line(phrases, ranked.why)
        head = f"\n{names}: {why}" if why else f"\n{names}:"
        spans.append(Span(text=f"{head}\n{pick_line(phrases, ranked.release)}"))
        button = get_button(phrases, search, index, phrases(f"get-{pick}"), can_download=can_download)
        if pick is Pick.BEST:
            rows.append((button,))
        else:
            small.append(button)
    if not facts or any(report.state not in ANSWERED for report in found.sources):
        spans.append(Span(text="\n" + sources_line(phrases, found.sources), style=Style.ITALIC))
    if small:
        rows.append(tuple(small))
    all_of_them = ShowList(search=search.id).stored()
    title = OnWatchlist(title=formats.words(found.wish.title, 100), year=found.wish.year).stored()
    rows.append(
        (
            ActionButton(label=phrases("button-list", n=len(found.ranked)), action="list", args=all_of_them),
            ActionButton(label=phrases("button-watchlist"), action="watchlist-add", args=title),
        )
    )
    return tuple(spans), tuple(rows)


def get_button(phrases: Phrases, search: Search, index: int, label: str, *, can_download: bool) -> Button:
    """The button that gets a release: a proposal where there is a seedbox, else the magnet."""
    release = search.found.ranked[index].release
    if not can_download or release.infohash is None or release.magnet is None:
        return ActionButton(
            label=label, action="magnet", args=ShowRelease(search=search.id, index=index).stored()
        )
    arguments = StartDownload(
        search=search.id,
        index=index,
        infohash=release.infohash,
        magnet=release.magnet,
        title=title_of(phrases, search.found.wish, release),
        size_bytes=release.size_bytes,
    )
    return ProposalButton(label=label, action="download", args=arguments.stored())


def list_page(phrases: Phrases, search: Search, page: int) -> tuple[Text, Rows]:
    """One page of the whole list, each entry a line and a number to press."""
    ranked = search.found.ranked
    pages = max(1, -(-len(ranked) // PAGE))
    page = min(max(page, 0), pages - 1)
    start = page * PAGE
    shown = ranked[start : start + PAGE]
    spans = [Span(text=phrases("list-title", page=page + 1, pages=pages), style=Style.BOLD)]
    usual = title_of(phrases, search.found.wish, ranked[0].release) if ranked else ""
    for number, entry in enumerate(shown, start + 1):
        name = title_of(phrases, search.found.wish, entry.release)
        other = f" {formats.words(name, LINE - 12)}\n    " if name != usual else ""
        spans.append(Span(text=f"\n{number}.{other} {pick_line(phrases, entry.release)}"))
    numbers = [
        ActionButton(
            label=str(index + 1), action="release", args=ShowRelease(search=search.id, index=index).stored()
        )
        for index in range(start, start + len(shown))
    ]
    turn = []
    if page > 0:
        turn.append(
            ActionButton(
                label="◀", action="list-page", args=ShowList(search=search.id, page=page - 1).stored()
            )
        )
    if page < pages - 1:
        turn.append(
            ActionButton(
                label="▶", action="list-page", args=ShowList(search=search.id, page=page + 1).stored()
            )
        )
    return tuple(spans), tuple(row for row in (tuple(numbers), tuple(turn)) if row)


def release_card(phrases: Phrases, search: Search, index: int, *, can_download: bool) -> tuple[Text, Rows]:
    """One release in full: its facts, its reasons, its name as the tracker has it."""
    entry = search.release(index)
    release = entry.release
    tracker = (
        phrases(f"source-{release.tracker}") if phrases.has(f"source-{release.tracker}") else release.tracker
    )
    spans = [
        Span(text=title_of(phrases, search.found.wish, release), style=Style.BOLD),
        Span(text=f"\n{pick_line(phrases, release)}"),
    ]
    if entry.why:
        spans.append(Span(text="\n" + phrases("because", why=why_line(phrases, entry.why, 4))))
    spans.append(Span(text=f"\n{tracker} · №{index + 1}\n"))
    spans.append(Span(text=formats.shorten(release.name, 160), style=Style.CODE))
    label = phrases("button-download") if can_download and release.magnet else phrases("button-magnet")
    rows = (
        (get_button(phrases, search, index, label, can_download=can_download),),
        (
            ActionButton(
                label=phrases("button-back"), action="list", args=ShowList(search=search.id).stored()
            ),
        ),
    )
    return tuple(spans), rows


def empty_card(phrases: Phrases, search: Search) -> tuple[Text, Rows]:
    """Nothing found: who was empty, who failed, and what would widen it."""
    found = search.found
    relaxed = relaxations(found)
    failed = [report for report in found.sources if report.state not in ANSWERED]
    lines = [
        phrases("nothing-all-failed" if failed and len(failed) == len(found.sources) else "nothing-found")
    ]
    lines.append(sources_line(phrases, found.sources))
    if found.refused:
        lines.append(phrases("nothing-refused", n=len(found.refused)))
    rows: list[tuple[Button, ...]] = [
        (
            ActionButton(
                label=phrases(f"relax-{option.kind}", n=option.count),
                action="again",
                args=SearchAgain(wish=option.wish).stored(),
            ),
        )
        for option in relaxed[:3]
    ]
    title = OnWatchlist(title=formats.words(found.wish.title, 100), year=found.wish.year).stored()
    rows.append(
        (
            ActionButton(
                label=phrases("button-again"), action="again", args=SearchAgain(wish=found.wish).stored()
            ),
            ActionButton(label=phrases("button-watchlist"), action="watchlist-add", args=title),
        )
    )
    head = Span(text=title_of(phrases, found.wish, None), style=Style.BOLD)
    return (head, Span(text="\n" + "\n".join(lines))), tuple(rows)


def magnet_card(phrases: Phrases, search: Search, index: int, short_magnet: str | None) -> tuple[Text, Rows]:
    """The magnet of a release, with a copy button while it fits 256 characters."""
    release = search.release(index).release
    spans = [
        Span(text=title_of(phrases, search.found.wish, release), style=Style.BOLD),
        Span(text=f"\n{pick_line(phrases, release)}\n"),
        Span(text=phrases("magnet-copy" if short_magnet else "magnet-file")),
    ]
    rows: Rows = ((CopyButton(label=phrases("button-copy"), text=short_magnet),),) if short_magnet else ()
    return tuple(spans), rows


def progress_card(
    phrases: Phrases, title: str, infohash: str, status: TorrentStatus | None
) -> tuple[Text, Rows]:
    """The one message that follows a download: bar, rate, time left, and its buttons."""
    spans = [Span(text=formats.words(title, 60), style=Style.BOLD)]
    args = OnDownload(infohash=infohash).stored()
    remove = ActionButton(label=phrases("button-remove"), action="removal", args=args)
    if status is None:
        spans.append(Span(text="\n" + phrases("download-adding")))
        return tuple(spans), ((remove,),)
    state = phrases(f"download-{status.state}")
    spans.append(Span(text=f"\n{formats.bar(status.progress)} {formats.percent(status.progress)}"))
    facts = [state]
    if status.state == "downloading":
        facts = [formats.rate(phrases, status.rate), formats.duration(phrases, status.eta)]
    if status.size_bytes:
        facts.append(formats.size(phrases, status.size_bytes))
    spans.append(Span(text="\n" + " · ".join(facts)))
    if status.state == "done":
        return tuple(spans), ((remove,),)
    paused = status.state == "paused"
    turn = ProposalButton(
        label=phrases("button-resume" if paused else "button-pause"),
        action="resume" if paused else "pause",
        args=args,
    )
    return tuple(spans), ((turn, remove),)


def removal_card(phrases: Phrases, download: Download) -> tuple[Text, Rows]:
    """Asks how to remove: with or without the files."""
    keep = RemoveDownload(infohash=download.infohash, delete_data=False).stored()
    args = OnDownload(infohash=download.infohash).stored()
    text = phrases("removal-question", title=formats.words(download.title, 60))
    return (Span(text=text),), (
        (ProposalButton(label=phrases("button-keep-files"), action="remove", args=keep),),
        (ActionButton(label=phrases("button-with-files"), action="removal-data", args=args),),
    )


def removal_data_card(phrases: Phrases, download: Download) -> tuple[Text, Rows]:
    """Asks the second time before files are deleted."""
    args = RemoveDownload(infohash=download.infohash, delete_data=True).stored()
    text = phrases(
        "removal-data-question",
        title=formats.words(download.title, 60),
        size=formats.size(phrases, download.size_bytes),
    )
    button = ProposalButton(label=phrases("button-delete-files"), action="remove", args=args, danger=True)
    return (Span(text=text),), ((button,),)
