"""The lines: how much a protocol reads in a second of processor, what an idle line costs, and how much memory one takes.

How long it takes from the last byte of a number to the card on a screen is measured where the card is.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.report import Figure, cpu_us

IDLE_S = 20
SOUND_S = 30
LINES = 4
REPORT = b"\r\nRING\r\n\r\nDATE = 1123\r\nTIME = 1405\r\nNMBR = 13800138000\r\nNAME = LI NA\r\n\r\nRING\r\n"
A_SECOND = 8_000
CABLE = 11_520
"""Bytes that a cable of 115200 bits a second can carry in one."""


def figures() -> Iterator[Figure]:
    """Measure."""
    yield _text()
    yield _sound()
    yield _ear()
    with tempfile.TemporaryDirectory() as folder:
        yield from _lines(Path(folder))


class Still:
    """A clock that stands."""

    def ticks_ms(self) -> int:
        """Always the same."""
        return 1_000

    def now_ms(self) -> int:
        """Always the same."""
        return 1_795_000_000_000


def _modem():
    from appliance.hardware.modem.protocol import Modem

    modem = Modem("bench", Still())
    modem.session.ready = True
    modem._probe_ms = 1 << 60
    return modem


def _text() -> Figure:
    """Reports and rings, in the pieces in which they come."""

    def run() -> None:
        modem = _modem()
        for _ in range(20):
            for at in range(0, len(REPORT), 16):
                modem.hear(REPORT[at : at + 16])
            modem.take()

    rate = 20 * len(REPORT) / cpu_us(run, 20) * 1e6
    return Figure(
        "text of a modem read, times what a cable carries",
        rate / CABLE,
        20,
        at_least=True,
        note=f"{rate / 1e3:.0f} kB/s",
    )


def _recording():
    from appliance.hardware.modem.sounding import Recorder

    modem = _modem()
    modem.session.voice = True
    modem.session.recorder = Recorder(modem.teller, "call", "unsigned", 1_000)
    modem.wire.streaming = True
    return modem


def _noisy(seconds: int) -> bytes:
    chance = random.Random(1)
    return bytes(min(255, max(0, int(chance.gauss(128, 25)))) for _ in range(A_SECOND * seconds)).replace(
        b"\x10", b"\x10\x10"
    )


def _sound() -> Figure:
    """A recording with shielding, pieces, levels and the box's own ear."""
    sound = _noisy(5)

    def run() -> None:
        modem = _recording()
        for at in range(0, len(sound), 160):
            modem.hear(sound[at : at + 160])
        modem.take()

    share = cpu_us(run, 1) / 5e6 * 100
    return Figure("processor for one recording", share, 6, "%", note="of one core")


def _ear() -> Figure:
    """The ear on a tone, which costs it most."""
    from appliance.demo.modem.sounds import tone
    from appliance.hardware.modem.tones import Ear

    pcm = tone((450,), 5_000).tobytes()
    share = cpu_us(lambda: list(Ear().hear(pcm)), 1) / 5e6 * 100
    return Figure("processor for the ear alone, on a tone", share, 4, "%", note="of one core")


KEEPER = """
import os, sys, time
from appliance.assembly import WallClock
from appliance.hardware.line import Answer, Caller, Found, Record
from appliance.hardware.modem import Switchboard

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE")

import serial, serial.tools.list_ports, threading
threading.Thread(target=lambda: None).start()
paths, found = sys.argv[2:], []
board = Switchboard(WallClock(), paths=paths, discover=True)
def heard(event):
    if isinstance(event, Found):
        found.append(event.line)
    if isinstance(event, Caller):
        board.do(event.line, Answer())
        board.do(event.line, Record())
board.listen(heard)
before = resident()
board.start()
while len(found) < len(paths):
    time.sleep(0.1)
print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "idle":
        begun, at = time.process_time(), time.monotonic()
        time.sleep(float(sys.argv[1]))
        print(100 * (time.process_time() - begun) / (time.monotonic() - at), flush=True)
    elif line.strip() == "memory":
        print((resident() - before) / len(paths) / 2**20, flush=True)
    else:
        break
board.stop()
"""


@contextmanager
def _keeper(paths: list[Path]):
    command = [sys.executable, "-c", KEEPER, str(IDLE_S), *map(str, paths)]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(word: str) -> float:
        keeper.stdin.write(f"{word}\n")
        keeper.stdin.flush()
        return float(keeper.stdout.readline())

    keeper.stdout.readline()
    try:
        yield ask
    finally:
        keeper.communicate("quit\n", timeout=30)


def _lines(folder: Path) -> Iterator[Figure]:
    """A process that keeps four lines and nothing else: idle, then recording."""
    from appliance.assembly import WallClock
    from appliance.demo.modem import EmulatedModem, PluggedModem

    modems = [PluggedModem(EmulatedModem(WallClock()), folder / f"modem{n}").start() for n in range(LINES)]
    try:
        with _keeper([modem.link for modem in modems]) as ask:
            idle = ask("idle")
            yield Figure(f"processor while {LINES} lines are idle", idle, 3, "%", note="and ports are watched")
            yield Figure("memory of an idle line", ask("memory"), 5, "MiB")
            for modem in modems:
                modem.do(lambda one: one.ring())
            time.sleep(SOUND_S)
            yield Figure("memory of a line that has recorded half a minute", ask("memory"), 5, "MiB")
            lost = sum(modem.modem.lost_samples for modem in modems)
            yield Figure("samples lost by four recordings at once", lost, 0, "")
    finally:
        for modem in modems:
            modem.stop()
