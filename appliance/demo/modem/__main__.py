"""Play a modem by hand: `python -m appliance.demo.modem LINK`, then a command a line; `help` tells them."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from appliance.assembly import WallClock
from appliance.demo.modem.calls import Incoming
from appliance.demo.modem.chips import CHIPS
from appliance.demo.modem.device import EmulatedModem
from appliance.demo.modem.plugged import PluggedModem

HELP = """ring [NUMBER [NAME]]   somebody calls
hangup                 the caller puts down
press KEYS             the caller presses keys
say FILE               the caller is heard: raw bytes in the modem's coding
heard FILE             write what the box has played so far
unplug, plug           pull the plug, put it back
deaf, awake            the modem hangs, and comes back
lost                   how many samples the box did not fetch in time
quit"""


def main() -> int:
    """Run until `quit` or the end of input."""
    parser = argparse.ArgumentParser(prog="python -m appliance.demo.modem", description="A modem behind a pty.")
    parser.add_argument("link", type=Path, help="where the box finds it")
    parser.add_argument("--chip", choices=sorted(CHIPS), default="conexant")
    told = parser.parse_args()
    plugged = PluggedModem(EmulatedModem(WallClock(), CHIPS[told.chip]), told.link).start()
    print(f"A {told.chip} modem is behind {told.link}.", flush=True)  # noqa: T201
    for line in sys.stdin:
        name, *words = line.split()[:3] or ["help"]
        if name == "quit":
            break
        act = ACTS.get(name)
        print((act(plugged, words) or "ok") if act else HELP, flush=True)  # noqa: T201
    plugged.stop()
    return 0


def _ring(plugged: PluggedModem, words: list[str]) -> None:
    number, name = ([*words, "", ""])[:2]
    call = Incoming(number or Incoming.number, name or None)
    plugged.do(lambda modem: modem.ring(call))


def _say(plugged: PluggedModem, words: list[str]) -> None:
    sound = Path(words[0]).read_bytes()
    plugged.do(lambda modem: modem.sound.feed(sound))


def _heard(plugged: PluggedModem, words: list[str]) -> None:
    Path(words[0]).write_bytes(plugged.modem.speaker.heard)


def _deaf(plugged: PluggedModem, *, deaf: bool) -> None:
    plugged.do(lambda modem: setattr(modem, "deaf", deaf))


ACTS: dict[str, Callable[[PluggedModem, list[str]], str | None]] = {
    "ring": _ring,
    "hangup": lambda plugged, _: plugged.do(lambda modem: modem.caller_hangs_up()),
    "press": lambda plugged, words: plugged.do(lambda modem: modem.press(words[0])),
    "say": _say,
    "heard": _heard,
    "unplug": lambda plugged, _: plugged.unplug(),
    "plug": lambda plugged, _: plugged.plug(),
    "deaf": lambda plugged, _: _deaf(plugged, deaf=True),
    "awake": lambda plugged, _: _deaf(plugged, deaf=False),
    "lost": lambda plugged, _: str(plugged.modem.lost_samples),
}


if __name__ == "__main__":
    sys.exit(main())
