"""What the embedded engine asks of libtorrent; every function runs in the session's worker thread."""

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libtorrent as lt

_NORMAL_PRIORITY = 4


def look(handle: "lt.torrent_handle") -> "lt.torrent_status":
    """The torrent as it is now, without the costly parts (pieces, name, copies)."""
    return handle.status(0)


def look_at_all(session: "lt.session") -> "dict[str, lt.torrent_status]":
    """As look, for every torrent of the session, by infohash."""
    looks = session.get_torrent_status(lambda _: True, 0)
    return {str(one.info_hashes.v1): one for one in looks}


def go_on(handle: "lt.torrent_handle") -> None:
    """End a pause, and try again after an error of the disk."""
    code = handle.status(0).errc.value()
    handle.clear_error()
    if code not in {0, errno.ENOSPC}:
        # What libtorrent remembers of the files is of no use any more; only a recheck makes it look again.
        handle.force_recheck()
    handle.resume()


def switch_on(handle: "lt.torrent_handle", files: int) -> None:
    """Want all files of a torrent that was added with none wanted."""
    import libtorrent as lt

    handle.unset_flags(lt.torrent_flags.default_dont_download)
    handle.prioritize_files([_NORMAL_PRIORITY] * files)


def save_resume_data(handle: "lt.torrent_handle") -> None:
    """Ask for a ResumeData event, with data where something changed since the last."""
    import libtorrent as lt

    handle.save_resume_data(lt.torrent_handle.save_info_dict | lt.torrent_handle.only_if_modified)


def save_modified(session: "lt.session") -> None:
    """As save_resume_data, for every torrent."""
    for handle in session.get_torrents():
        save_resume_data(handle)


def start_anew(
    session: "lt.session", handle: "lt.torrent_handle", params: "lt.add_torrent_params"
) -> "lt.torrent_handle":
    """Replace a torrent by one of the same infohash with other parameters, say another folder.

    Moving its storage instead would take along what another torrent has under the same name.
    """
    session.remove_torrent(handle)
    return session.add_torrent(params)
