"""A small network on one machine: network namespaces, and a switch of our own that can be bad to the cables.

Each place is a network namespace with one Ethernet interface, a TAP device whose other end this process holds. So
delay, loss and cut cables need nothing of the kernel but TAP, and a test says when they happen.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time
from pathlib import Path

import pytest

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
BROADCAST = 1


def possible() -> bool:
    """Whether this machine lets us make namespaces and TAP devices."""
    return os.geteuid() == 0 and Path("/dev/net/tun").exists() and Path("/usr/sbin/ip").exists()


needs_a_network = pytest.mark.skipif(not possible(), reason="network namespaces need root and /dev/net/tun")


def ip(*words: str, check: bool = True) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr}")
    return done.stdout


class Lan:
    """The switch, and the places plugged into it."""

    def __init__(self, *names: str) -> None:
        self._tag = f"zg{os.getpid() % 10_000}"
        self._ports: dict[int, str] = {}
        self._cut: set[frozenset[str]] = set()
        self.delay_s = 0.0
        self.loss = 0.0
        self.frames = 0
        self._chance = random.Random(7)
        self._due: list[tuple[float, int, int, bytes]] = []
        self._open = True
        for number, name in enumerate(names, 1):
            self._plug(name, number)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def space(self, name: str) -> str:
        return f"{self._tag}{name}"

    def _plug(self, name: str, number: int) -> None:
        space, device = self.space(name), f"{self._tag}t{number}"
        ip("netns", "add", space)
        port = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(port, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TAP | IFF_NO_PI))
        ip("link", "set", device, "netns", space, "name", "eth0")
        ip("-n", space, "link", "set", "lo", "up")
        ip("-n", space, "link", "set", "eth0", "up")
        self.address(name, f"10.77.0.{number}")
        self._ports[port] = name

    def address(self, name: str, address: str, *, instead_of: str = "") -> None:
        space = self.space(name)
        if instead_of:
            ip("-n", space, "addr", "del", f"{instead_of}/24", "dev", "eth0")
        ip("-n", space, "addr", "add", f"{address}/24", "dev", "eth0")
        ip("-n", space, "route", "replace", "default", "via", "10.77.0.254")

    def cut(self, *groups: str) -> None:
        """Leave only cables within each group ("ab", "cde"); one letter names a place."""
        names = list(self._ports.values())
        whole = [set(group) for group in groups]
        self._cut = {
            frozenset((one, other))
            for one in names
            for other in names
            if one != other and not any({one, other} <= group for group in whole)
        }

    def heal(self) -> None:
        self._cut = set()

    def start(self, name: str, *words: str, **told: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["ip", "netns", "exec", self.space(name), *words], **told)  # type: ignore[call-overload]

    def run(self, name: str, *words: str, timeout: float = 60) -> str:
        done = subprocess.run(
            ["ip", "netns", "exec", self.space(name), *words],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return done.stdout

    def close(self) -> None:
        self._open = False
        self._thread.join()
        for port, name in self._ports.items():
            ip("netns", "del", self.space(name), check=False)
            os.close(port)

    def _run(self) -> None:
        while self._open:
            wait = min(0.05, max(0.0, self._due[0][0] - time.monotonic())) if self._due else 0.05
            for port in select.select(list(self._ports), [], [], wait)[0]:
                self._take(port)
            while self._due and self._due[0][0] <= time.monotonic():
                _, _, port, frame = heapq.heappop(self._due)
                _put(port, frame)

    def _take(self, port: int) -> None:
        try:
            frame = os.read(port, 65_536)
        except OSError:
            return
        for other, name in self._ports.items():
            if other == port or frozenset((name, self._ports[port])) in self._cut:
                continue
            if not frame[0] & BROADCAST and not self._lives_at(other, frame[:6]):
                continue
            if self._chance.random() < self.loss:
                continue
            self.frames += 1
            if self.delay_s:
                heapq.heappush(self._due, (time.monotonic() + self.delay_s, self.frames, other, frame))
            else:
                _put(other, frame)
        self._learn(port, frame[6:12])

    def _learn(self, port: int, mac: bytes) -> None:
        self.__dict__.setdefault("_macs", {})[mac] = port

    def _lives_at(self, port: int, mac: bytes) -> bool:
        return self.__dict__.get("_macs", {}).get(mac, port) == port


def _put(port: int, frame: bytes) -> None:
    try:
        os.write(port, frame)
    except OSError:
        return  # The other side's queue is full or its interface is down: a switch drops what it cannot deliver.


class Avahi:
    """A foreign client of multicast DNS: Debian's avahi in a namespace of its own."""

    CONF = "[server]\nhost-name=checker\nuse-ipv4=yes\nuse-ipv6=yes\n"
    SCRIPT = """
mount -t tmpfs tmpfs /run; mkdir -p /run/dbus /run/avahi-daemon; chown avahi:avahi /run/avahi-daemon
dbus-daemon --system --nofork --nopidfile 2>/dev/null & bus=$!; sleep 1
avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "$1/avahi.conf" >"$1/avahi.log" 2>&1 & daemon=$!
while read -r asked; do ( eval "$asked" ) >"$1/answer" 2>&1; echo done >"$1/answered.new"; mv "$1/answered.new" "$1/answered"; done
kill $daemon $bus
"""

    def __init__(self, lan: Lan, name: str, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "avahi.conf").write_text(self.CONF)
        (folder / "client").write_text(self.SCRIPT)
        self._folder = folder
        self._shell = lan.start(
            name, "unshare", "-m", "bash", str(folder / "client"), str(folder), stdin=subprocess.PIPE
        )
        time.sleep(2.5)

    def ask(self, command: str, timeout_s: float = 20) -> str:
        answered = self._folder / "answered"
        answered.unlink(missing_ok=True)
        assert self._shell.stdin
        self._shell.stdin.write(command.encode() + b"\n")
        self._shell.stdin.flush()
        until = time.monotonic() + timeout_s
        while not answered.exists():
            if time.monotonic() > until:
                raise TimeoutError(command)
            time.sleep(0.1)
        return (self._folder / "answer").read_text("utf-8", "replace")

    def listed(self, kind: str = "_shopbox._tcp") -> set[tuple[str, str, str]]:
        """(name, host, address) of every IPv4 service of a kind."""
        told = self.ask(f"timeout 8 avahi-browse -rtp4 {kind} || timeout 8 avahi-browse -rtp {kind}")
        lines = [line.split(";") for line in told.splitlines() if line.startswith("=")]
        return {(line[3], line[6], line[7]) for line in lines if line[2] == "IPv4"}

    def close(self) -> None:
        assert self._shell.stdin
        self._shell.stdin.close()
        try:
            self._shell.wait(10)
        except subprocess.TimeoutExpired:
            self._shell.kill()
