"""Real daemons that tests drive: which are installed here, and a private PostgreSQL cluster."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

START_SECONDS = 60.0


@dataclass(frozen=True)
class Daemon:
    """A daemon by the name used in `@pytest.mark.daemon(name)`."""

    name: str
    executable: str
    package: str

    def path(self) -> Path | None:
        """The executable, or None where it is not installed."""
        found = shutil.which(self.executable)
        if found is not None:
            return Path(found)
        # Debian keeps PostgreSQL's server programs out of PATH, one folder a version.
        versions = Path("/usr/lib/postgresql").glob(f"*/bin/{self.executable}")
        return max(versions, key=lambda p: int(p.parts[-3]) if p.parts[-3].isdigit() else 0, default=None)


DAEMONS = {
    daemon.name: daemon
    for daemon in (
        Daemon("postgres", "initdb", "postgresql"),
        Daemon("qbittorrent", "qbittorrent-nox", "qbittorrent-nox"),
        Daemon("transmission", "transmission-daemon", "transmission-daemon"),
        Daemon("deluge", "deluged", "deluged deluge-web"),
        Daemon("rtorrent", "rtorrent", "rtorrent"),
        Daemon("aria2", "aria2c", "aria2"),
    )
}


def _as_server_user() -> list[str]:
    """The prefix under which PostgreSQL agrees to run: it refuses root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "QUIT"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def _init_cluster(bin_dir: Path, home: Path, password: str) -> None:
    password_file = home / "password"
    password_file.write_text(password)
    if os.geteuid() == 0:
        for path in (home, password_file):
            shutil.chown(path, "postgres", "postgres")
    command = [str(bin_dir / "initdb"), "-D", str(home / "data"), "-U", "tester", "-A", "scram-sha-256"]
    options = ["--pwfile", str(password_file), "--no-sync", "-E", "UTF8", "--locale=C"]
    done = subprocess.run(
        [*_as_server_user(), *command, *options],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb ended with {done.returncode}: {done.stderr.strip()}")


def _start(bin_dir: Path, home: Path, port: int) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "200",
        "shared_buffers": "32MB",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            [
                *_as_server_user(),
                str(bin_dir / "postgres"),
                "-D",
                str(home / "data"),
                "-p",
                str(port),
                *options,
            ],
            cwd=home,
            stdout=log,
            stderr=log,
        )


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    """True once the server takes connections, False when it ended (a taken port, say)."""
    give_up = time.monotonic() + START_SECONDS
    while server.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return True
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)  # PostgreSQL's immediate shutdown: the data is thrown away anyway
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def postgres_cluster() -> Iterator[str]:
    """A private PostgreSQL on a loopback port; yields the URL of its maintenance database.

    The cluster lives in a temporary folder without fsync and is gone afterwards; run as root it ends also
    when this process is killed. Raises RuntimeError where it cannot start.
    """
    initdb = DAEMONS["postgres"].path()
    if initdb is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    bin_dir = initdb.resolve().parent
    password = secrets.token_hex(12)
    home = Path(tempfile.mkdtemp(prefix="concierge-postgres-"))
    try:
        _init_cluster(bin_dir, home, password)
        for _ in range(3):
            port = _free_port()
            url = f"postgresql://tester:{password}@127.0.0.1:{port}/postgres"
            server = _start(bin_dir, home, port)
            try:
                if _answers(server, url):
                    yield url
                    return
            finally:
                _stop(server)
        raise RuntimeError(
            f"PostgreSQL did not start: {(home / 'server.log').read_text(errors='replace')[-2000:]}"
        )
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def fresh_database(cluster_url: str) -> Iterator[str]:
    """A new empty database of the cluster, dropped afterwards; yields its URL."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    try:
        yield f"{cluster_url.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(cluster_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
