"""A recording loses nothing while everything else on the box fights for the processor.

The modem is a process of its own that loses sound when the box does not fetch it, as a real one does: it keeps one
second. Beside the line, processes burn every core and threads of the same interpreter burn its lock.
"""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.assembly import WallClock
from appliance.hardware.line import Answer, Answered, Caller, Found, Record, Recorded, Sound, StopRecording
from appliance.hardware.modem import Switchboard
from tests.hardware.plugs import Ears
from tests.reading import HOUSE

SECONDS = 6
BURN = "while True: sum(i * i for i in range(10_000))"


@contextmanager
def everything_busy() -> Iterator[None]:
    ending = threading.Event()

    def burn() -> None:
        while not ending.is_set():
            sum(n * n for n in range(10_000))

    threads = [threading.Thread(target=burn, daemon=True) for _ in range(3)]
    programs = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(2 * (os.cpu_count() or 1))]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for program in programs:
            program.kill()
            program.wait()
        for thread in threads:
            thread.join()


class ModemApart:
    """An emulated modem in a process of its own, told by words."""

    def __init__(self, link: Path) -> None:
        command = [sys.executable, "-m", "appliance.demo.modem", str(link)]
        self._program = subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert "behind" in self._answer()

    def _answer(self) -> str:
        assert self._program.stdout
        return self._program.stdout.readline().strip()

    def say(self, words: str) -> str:
        assert self._program.stdin
        self._program.stdin.write(f"{words}\n")
        self._program.stdin.flush()
        return self._answer()

    def stop(self) -> None:
        self._program.communicate("quit\n", timeout=30)


@pytest.mark.alone
def test_a_recording_on_a_starved_box_lacks_no_byte(tmp_path: Path):
    said = random.Random(5).randbytes(8_000 * SECONDS)
    (tmp_path / "said").write_bytes(said)
    modem = ModemApart(tmp_path / "modem")
    board, ears = Switchboard(WallClock(), paths=[str(tmp_path / "modem")], discover=False), Ears()
    board.listen(ears)
    board.start()
    try:
        line = ears.hear(Found).line
        modem.say("ring")
        ears.hear(Caller)
        board.do(line, Answer())
        ears.hear(Answered)
        assert modem.say(f"say {tmp_path / 'said'}") == "ok"
        with everything_busy():
            board.do(line, Record())
            ears.until(lambda: sum(len(event.pcm) for event in ears.told(Sound)) > 2 * len(said) + 8_000)
            board.do(line, StopRecording())
            end = ears.hear(Recorded)
        assert modem.say("lost") == "0"
    finally:
        board.stop()
        modem.stop()
    heard = b"".join(event.pcm for event in ears.told(Sound))[1::2]
    assert bytes(byte ^ 0x80 for byte in said) in heard
    assert (end.why, end.whole) == ("asked", True)
