"""One look of libtorrent at a torrent, as the port's TorrentStatus. No I/O."""

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.seedbox.embedded_params import Admission
from src.seedbox.models import TorrentState, TorrentStatus

if TYPE_CHECKING:
    import libtorrent as lt

STALLED_AFTER = 30.0


@dataclass(slots=True)
class Motion:
    """Since when a torrent that wants data has got none."""

    received: int = -1
    since: float = 0.0

    def still_for(self, look: "lt.torrent_status", now: float) -> float:
        """Seconds without data up to `now`, a monotonic moment; 0 where the torrent is not after data."""
        import libtorrent as lt

        wants = look.state == lt.torrent_status.states.downloading and not _paused(look)
        # Not the rate: libtorrent lets it fade for half a minute after the last byte.
        if not wants or look.total_payload_download != self.received:
            self.since = now
        self.received = look.total_payload_download
        return now - self.since


def torrent_status(
    infohash: str, name: str, look: "lt.torrent_status", admission: Admission, still_for: float
) -> TorrentStatus:
    """The status; `name` holds until the contents are known, `still_for` is in seconds, from Motion."""
    contents = admission.contents
    state = _state(look, admission, still_for)
    wanted = look.total_wanted if contents is not None else 0
    left = wanted - look.total_wanted_done
    rate = float(look.download_payload_rate)
    moving = state is TorrentState.DOWNLOADING and rate > 0
    return TorrentStatus(
        infohash=infohash,
        name=name if contents is None else contents.root,
        state=state,
        progress=look.total_wanted_done / wanted if wanted else 0.0,
        size_bytes=None if contents is None else contents.size_bytes,
        done_bytes=look.total_wanted_done if wanted else 0,
        rate=rate,
        eta=left / rate if moving else _still_eta(state),
        seeds=look.num_seeds,
        peers=look.num_peers,
        path=None if contents is None else str(admission.folder / contents.root),
        error=_complaint(look, admission),
    )


def _still_eta(state: TorrentState) -> float | None:
    return 0.0 if state is TorrentState.DONE else None


def _state(look: "lt.torrent_status", admission: Admission, still_for: float) -> TorrentState:
    import libtorrent as lt

    states = lt.torrent_status.states
    if _complaint(look, admission) is not None:
        return TorrentState.ERROR
    # A magnet that was not let in yet has every file switched off, which libtorrent calls finished.
    admitted = admission.contents is not None and look.total_wanted > 0
    if admitted and look.state in {states.finished, states.seeding}:
        return TorrentState.DONE
    if _paused(look):
        return TorrentState.PAUSED
    if not look.has_metadata or admission.contents is None:
        return TorrentState.METADATA
    if look.state in {states.checking_files, states.checking_resume_data, states.queued_for_checking}:
        return TorrentState.CHECKING
    return TorrentState.STALLED if still_for >= STALLED_AFTER else TorrentState.DOWNLOADING


def _complaint(look: "lt.torrent_status", admission: Admission) -> str | None:
    if admission.refusal is not None:
        return str(admission.refusal)
    code = look.errc.value()
    if code == 0:
        return None
    if code == errno.ENOSPC:
        return "The disk is full"
    return f"The download engine reports {look.errc.category().name()} error {code}"


def _paused(look: "lt.torrent_status") -> bool:
    import libtorrent as lt

    return bool(look.flags & lt.torrent_flags.paused)
