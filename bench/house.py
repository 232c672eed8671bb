"""A running box to measure: started as a user would, spoken to over HTTP, its processor time read from the kernel."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

STARTS_WITHIN_S = 120
RESTS_S = 3
"""A connection that rested so long is opened anew: the box closes one that rests for five seconds."""
SAFE = "/?&=%#.,:;+-_~!*'()@$"


class House:
    """A server process and one connection to it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._used = time.monotonic()

    def get(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Fetch a page; returns status, body and headers."""
        return self._ask("GET", path)

    def post(self, path: str, form: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """Send a form as a page of the box would."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        return self._ask("POST", path, urlencode(form), kind)

    def send(self, path: str, form: dict[str, str], file: tuple[str, str, bytes]) -> tuple[int, bytes, dict[str, str]]:
        """Send a form with one file: (field, name, content)."""
        mark = "----bench"
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in form.items()
        ]
        field, name, content = file
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        body = (
            "".join(parts).encode()
            + head.encode()
            + b"Content-Type: text/csv\r\n\r\n"
            + content
            + f"\r\n--{mark}--\r\n".encode()
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}", "Origin": f"http://127.0.0.1:{self.port}"}
        return self._ask("POST", path, body, kind)

    def _ask(self, verb: str, path: str, body: str | bytes = "", more: dict[str, str] | None = None):
        answer = self._answer(verb, quote(path, safe=SAFE), body, more or {})
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                given, _, rest = value.partition("=")
                self.cookies[given] = rest.partition(";")[0]
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}

    def _answer(self, verb: str, path: str, body: str | bytes, more: dict[str, str]) -> http.client.HTTPResponse:
        """Ask over the connection; one that the server let go of meanwhile, as it may, is opened again."""
        if time.monotonic() - self._used > RESTS_S:
            self._connection.close()
        self._used = time.monotonic()
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for last in (False, True):
            try:
                self._connection.request(verb, path, body or None, {"Cookie": cookie, **more})
                return self._connection.getresponse()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                if last or verb != "GET":
                    raise
                self._connection.close()
        raise AssertionError

    def cpu_s(self) -> float:
        """Processor seconds the server has used so far, threads included, to the nanosecond."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory_mb(self) -> float:
        """Private memory of the server: what it costs beside files that others may share."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        kb = sum(int(found) for found in re.findall(r"(?:Pss_Anon|SwapPss):\s+(\d+) kB", text))
        return kb / 1024

    def page(self, path: str) -> bytes:
        """Fetch a page that must be there."""
        status, body, _ = self.get(path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}: {body[:200]!r}")
        return body

    def pane(self, path: str, more: dict[str, str] | None = None) -> bytes:
        """Fetch what htmx, or a script that looks again, is sent of a page that must be there."""
        status, body, _ = self._ask("GET", path, more={"HX-Request": "true"} | (more or {}))
        if status != 200:
            raise RuntimeError(f"{path} answered {status}: {body[:200]!r}")
        return body

    def cpu_of(self, paths: Sequence[str], times: int = 100) -> float:
        """Processor milliseconds of one GET, over many, the paths in turn; a lead elsewhere is an answer too."""
        before = self.cpu_s()
        for number in range(times):
            status, body, _ = self.get(paths[number % len(paths)])
            if status not in {200, 303}:
                raise RuntimeError(f"{paths[0]} answered {status}: {body[:200]!r}")
        return (self.cpu_s() - before) / times * 1e3

    def sign_in(self, folder: Path, said: str, pin: str, person: str = "") -> None:
        """Let this connection in as a device, the first time with the code the box said, and sign in."""
        known = folder / "bench.device"
        if code := re.search(r"code=(\d+)", said):
            self.post("/enrol", {"code": code[1], "name": "bench"})
            known.write_text(self.cookies["device"])
        self.cookies["device"] = known.read_text()
        _, page, _ = self.get("/sign-in")
        people = re.findall(rb'name="employee"[^>]*value="([^"]+)"|employee=([\w~.-]+)', page)
        found = person or next(one.decode() for pair in people for one in pair if one)
        status, page, _ = self.post("/sign-in", {"employee": found, "pin": pin, "next": "/"})
        if status != 303:
            raise RuntimeError(f"Signing in answered {status}: {page[:300]!r}")


def free_port() -> int:
    """Find a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_installed() -> dict[str, str]:
    """A box keeps its modules compiled, whatever the machine that measures is told; its own folder is found from here."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(Path.cwd())}


@contextmanager
def running(arguments: list[str], port: int, ready: str = "/sign-in") -> Iterator[tuple[House, float, str]]:
    """Start a server, wait for its first answer, and end it; gives the house, the seconds it took, what it said."""
    begun = time.monotonic()
    said = Path(f"/tmp/bench-{port}.log")
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=out, stderr=subprocess.STDOUT, text=True, env=_as_installed()
        )
        house = House(process, port)
        try:
            while True:
                try:
                    house.get(ready)
                    break
                except (ConnectionError, OSError):
                    if process.poll() is not None or time.monotonic() - begun > STARTS_WITHIN_S:
                        raise RuntimeError(said.read_text()[-2000:]) from None
                    house._connection.close()
                    time.sleep(0.01)
            yield house, time.monotonic() - begun, said.read_text()
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
            said.unlink(missing_ok=True)


@contextmanager
def open_shop(folder: Path, pin: str) -> Iterator[House]:
    """Serve a shop and stand in it as its owner."""
    port = free_port()
    arguments = ["-m", "appliance.main", "serve", "--data", str(folder), "--port", str(port), "--host", "127.0.0.1"]
    with running(arguments, port) as (house, _, said):
        house.sign_in(folder, said, pin)
        yield house


@contextmanager
def bare_stack(folder: Path, asked: dict[str, list[str]]) -> Iterator[House]:
    """Serve the limit page beside it: the same statements, the same rows, nothing else."""
    port, told = free_port(), folder / "bench.asked.json"
    told.write_text(json.dumps(asked))
    arguments = ["bench/bare.py", str(folder / "shop.db"), str(port), str(told)]
    with running(arguments, port, ready=next(iter(asked))) as (house, _, _said):
        yield house
