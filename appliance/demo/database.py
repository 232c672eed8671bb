"""A PostgreSQL of one's own in a folder, for tests, benches and whoever wants to try a hub: Debian's, unchanged."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

DEBIAN = "usr/lib/postgresql"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": "{folder}",
    "fsync": "on",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "logging_collector": "off",
}
OWNER = "postgres"
ROLE = "keeper"


def programs() -> Path | None:
    """Where the newest PostgreSQL of this machine lies; None when there is none."""
    found = sorted(Path("/", DEBIAN).glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


class Database:
    """A server with a socket in its folder and no port. Call `start` and `stop`, or use `database`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = programs() or Path("no PostgreSQL on this machine")
        # PostgreSQL does not run as root.
        self._user = OWNER if os.geteuid() == 0 else None
        self.pid = 0

    def start(self, settings: Mapping[str, str] = {}) -> None:
        """Make the cluster where there is none, and start it."""
        data = self._folder / "data"
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._user:
            shutil.chown(self._folder, self._user)
        if not data.exists():
            self._run("initdb", "-D", str(data), "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        told = SETTINGS | dict(settings)
        words = [word for name, value in told.items() for word in ("-c", f"{name}={value.format(folder=self._folder)}")]
        self._run("pg_ctl", "-D", str(data), "-w", "-s", "-l", str(self._folder / "log"), "-o", _joined(words), "start")
        self.pid = int((data / "postmaster.pid").read_text().splitlines()[0])

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it by its number: SIGINT at once, SIGQUIT as if the plug were pulled."""
        if self.pid:
            os.kill(self.pid, how)
            while Path(f"/proc/{self.pid}").exists() and (self._folder / "data" / "postmaster.pid").exists():
                _wait()
            self.pid = 0

    def dsn(self, name: str) -> str:
        """How to reach a database of this server."""
        return f"postgresql://{ROLE}@/{name}?host={self._folder}"

    def fresh(self, name: str) -> str:
        """Make an empty database; returns how to reach it."""
        self._run("createdb", "-h", str(self._folder), "-U", ROLE, name)
        return self.dsn(name)

    def files(self, number: int) -> list[Path]:
        """The files in which the rows of a database lie, by its number in `pg_database`."""
        return [path for path in (self._folder / "data" / "base" / str(number)).iterdir() if path.is_file()]

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(  # noqa: S603  programs of Debian's, with words of ours
            [self._bin / program, *words],
            user=self._user,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")


@contextmanager
def database(folder: Path, **settings: str) -> Iterator[Database]:
    """Run a server as long as it is needed."""
    server = Database(folder)
    server.start(settings)
    try:
        yield server
    finally:
        server.stop()


def _joined(words: list[str]) -> str:
    return " ".join(word if word.replace("-", "").isalpha() else f"'{word}'" for word in words)


def _wait() -> None:
    import time

    time.sleep(0.02)
