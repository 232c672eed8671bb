"""A running box to measure: started as a user would, spoken to over HTTP, its processor time read from the kernel."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

TICKS = os.sysconf("SC_CLK_TCK")
STARTS_WITHIN_S = 120


class House:
    """A server process and one connection to it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Fetch a page; returns status, body and headers."""
        return self._ask("GET", path)

    def post(self, path: str, form: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """Send a form as a page of the box would."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        return self._ask("POST", path, urlencode(form), kind)

    def _ask(self, verb: str, path: str, body: str = "", more: dict[str, str] | None = None):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._connection.request(verb, path, body or None, {"Cookie": cookie, **(more or {})})
        answer = self._connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                given, _, rest = value.partition("=")
                self.cookies[given] = rest.partition(";")[0]
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}

    def cpu_s(self) -> float:
        """Processor seconds the server has used so far, threads included."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        """Private memory of the server: what it costs beside files that others may share."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        kb = sum(int(found) for found in re.findall(r"(?:Pss_Anon|SwapPss):\s+(\d+) kB", text))
        return kb / 1024

    def cpu_of(self, path: str, times: int) -> float:
        """Processor milliseconds of one GET, over many."""
        before = self.cpu_s()
        for _ in range(times):
            status, body, _ = self.get(path)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}: {body[:200]!r}")
        return (self.cpu_s() - before) / times * 1e3

    def sign_in(self, code: str, pin: str, person: str = "") -> None:
        """Let this connection in as a device and sign in."""
        self.post("/enrol", {"code": code, "name": "bench"})
        _, page, _ = self.get("/sign-in")
        people = re.findall(rb'name="employee"[^>]*value="([^"]+)"|employee=([\w~.-]+)', page)
        found = person or next(one.decode() for pair in people for one in pair if one)
        status, page, _ = self.post("/sign-in", {"employee": found, "pin": pin, "next": "/"})
        if status != 303:
            raise RuntimeError(f"Signing in answered {status}.")


def free_port() -> int:
    """Find a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(arguments: list[str], port: int, ready: str = "/sign-in") -> Iterator[tuple[House, float, str]]:
    """Start a server, wait for its first answer, and end it; gives the house, the seconds it took, what it said."""
    begun = time.monotonic()
    said = Path(f"/tmp/bench-{port}.log")
    with said.open("w") as out:
        process = subprocess.Popen([sys.executable, *arguments], stdout=out, stderr=subprocess.STDOUT, text=True)
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
