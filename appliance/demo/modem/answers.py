"""Answering commands: what each does to the modem and what it says."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appliance.demo.modem.device import EmulatedModem

OK, ERROR, LATER = "OK", "ERROR", ""
DIGITS = {
    "OK": "0",
    "CONNECT": "1",
    "RING": "2",
    "NO CARRIER": "3",
    "ERROR": "4",
    "NO DIALTONE": "6",
    "BUSY": "7",
    "NO ANSWER": "8",
}
_COMMAND = re.compile(
    r"\s*;?\s*([+#%*$-][A-Z]+[0-9]*(?:=\?|\?|=[^;]*)?|D.*|S\d+(?:=\d*|\?)|&?[A-Z]\d*)\s*", re.IGNORECASE
)
_MARK = re.compile(r"([+#%*$-][A-Z0-9]+)(=\?|\?|=)?(.*)", re.IGNORECASE | re.DOTALL)
PLAIN = {
    "X",
    "L",
    "M",
    "T",
    "P",
    "V",
    "Q",
    "E",
    "&F",
    "&K",
    "&D",
    "&C",
    "&S",
    "&V",
    "&W",
    "A",
    "N",
    "&H",
    "&I",
    "&R",
    "&A",
}


Answer = tuple[list[str], str]
"""The lines that are printed, and the result."""


@dataclass
class Switches:
    """What commands set and a reset forgets."""

    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    numbers: int = 0
    service: str = "0"
    coding: int = 0
    state: int = 0
    parts: bool = False
    registers: dict[int, int] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


def split(body: str) -> list[str] | None:
    """Take the commands of one line apart; None when some of it is no command."""
    commands, at = [], 0
    while at < len(body):
        found = _COMMAND.match(body, at)
        if not found:
            return None
        commands.append(found[1].strip())
        at = found.end()
    return commands


def answer(modem: "EmulatedModem", command: str) -> Answer:
    """Carry out one command; returns the lines it prints and its result, LATER when the modem itself answers."""
    upper = command.upper()
    if upper[0] in "+#%*$-":
        return _extended(modem, upper)
    if upper[0] == "D":
        modem.dial(command[1:])
        return [], LATER
    if upper[0] == "S":
        return _register(modem.switches, upper)
    name, number = (upper[:2], upper[2:]) if upper[0] == "&" else (upper[0], upper[1:])
    if name == "I":
        said = modem.chip.says.get(upper)
        return (list(said), OK) if said is not None else ([], ERROR)
    return [], _basic(modem, name, int(number or 0))


def _basic(modem: "EmulatedModem", name: str, number: int) -> str:
    switches = modem.switches
    if name in {"Z", "&F"}:
        modem.reset()
    elif name == "H":
        modem.hook(off=number == 1)
    elif name == "E":
        switches.echo = number == 1
    elif name == "V":
        switches.verbose = number == 1
    elif name == "Q":
        switches.quiet = number == 1
    return OK if name in PLAIN | {"Z", "H"} else ERROR


def _register(switches: Switches, command: str) -> Answer:
    name, _, value = command[1:].partition("=")
    if name.endswith("?"):
        return [f"{switches.registers.get(int(name[:-1]), 0):03d}"], OK
    switches.registers[int(name)] = int(value or 0)
    return [], OK


@dataclass(frozen=True)
class Asked:
    """An extended command: its name, "=?", "?" or "=", and what follows."""

    name: str
    kind: str
    value: str


def _extended(modem: "EmulatedModem", command: str) -> Answer:
    found = _MARK.fullmatch(command)
    if not found:
        return [], ERROR
    asked = Asked(found[1], found[2] or "", found[3].strip())
    if asked.name in modem.refuses and asked.kind != "=?":
        return [], ERROR
    if asked.name == modem.chip.numbers:
        return _numbers(modem, asked)
    if asked.name in modem.chip.says:
        return list(modem.chip.says[asked.name]), OK
    special = _SPECIAL.get(asked.name)
    if special and (asked.name[:2] in {"+F", "+G", "+I"} or "8" in modem.chip.classes):
        return special(modem, asked)
    return [], OK if asked.name in modem.chip.knows else ERROR


def _numbers(modem: "EmulatedModem", asked: Asked) -> Answer:
    chip, switches = modem.chip, modem.switches
    if asked.kind == "=?":
        return [chip.numbers_range], OK
    if asked.kind == "?":
        return ([str(switches.numbers)], OK) if chip.tells_mode else ([], ERROR)
    if asked.value not in {"0", "1", "2"}:
        return [], ERROR
    switches.numbers = int(asked.value)
    return [], OK


def _class(modem: "EmulatedModem", asked: Asked) -> Answer:
    if asked.kind == "=?":
        return [modem.chip.classes], OK
    if asked.kind == "?":
        return [modem.switches.service], OK
    if asked.value not in modem.chip.classes.split(",") or (asked.value == "8" and modem.refuses_voice):
        return [], ERROR
    modem.switches.service = asked.value
    return [], OK


def _coding(modem: "EmulatedModem", asked: Asked) -> Answer:
    if asked.kind == "=?":
        return list(modem.chip.rows), OK
    if asked.kind == "?":
        return [f"{modem.switches.coding},8000,0,0"], OK
    label = asked.value.split(",", maxsplit=1)[0]
    if not label.isdigit() or int(label) not in modem.chip.codings:
        return [], ERROR
    modem.switches.coding = int(label)
    return [], OK


def _state(modem: "EmulatedModem", asked: Asked) -> Answer:
    if asked.kind == "=?":
        return list(modem.chip.states), OK
    if asked.kind == "?":
        return [str(modem.switches.state)], OK
    if modem.switches.service != "8" or not asked.value.isdigit():
        return [], ERROR
    modem.switches.state = int(asked.value)
    modem.hook(off=asked.value in {"1", "3"}, tell=True)
    return [], LATER


def _stream(modem: "EmulatedModem", asked: Asked) -> Answer:
    if modem.switches.service != "8":
        return [], ERROR
    modem.connect("recording" if asked.name == "+VRX" else "playing")
    return [], LATER


def _gain(modem: "EmulatedModem", asked: Asked) -> Answer:
    if asked.kind == "=?":
        return [modem.chip.gains], OK
    low, high = (int(bound) for bound in modem.chip.gains.strip("()").split("-"))
    if asked.kind == "=" and not (asked.value.isdigit() and low <= int(asked.value) <= high):
        return [], ERROR
    return _kept(modem, asked)


def _keys(modem: "EmulatedModem", asked: Asked) -> Answer:
    if modem.switches.service != "8":
        return [], ERROR
    modem.pressed.append(asked.value)
    return [], OK


def _country(modem: "EmulatedModem", asked: Asked) -> Answer:
    return (["(0,16,26,3C,52,59,B4,B5)"], OK) if asked.kind == "=?" else _kept(modem, asked)


def _flow(modem: "EmulatedModem", asked: Asked) -> Answer:
    return _kept(modem, asked) if modem.chip.knows_flow else ([], ERROR)


def _parts(modem: "EmulatedModem", asked: Asked) -> Answer:
    modem.switches.parts = asked.value.startswith("1")
    return _kept(modem, asked)


def _kept(modem: "EmulatedModem", asked: Asked) -> Answer:
    if asked.kind == "?":
        return [modem.switches.values.get(asked.name, "0")], OK
    modem.switches.values[asked.name] = asked.value
    return [], OK


_SPECIAL: dict[str, Callable[["EmulatedModem", Asked], Answer]] = {
    "+FCLASS": _class,
    "+VSM": _coding,
    "+VLS": _state,
    "+VRX": _stream,
    "+VTX": _stream,
    "+VGR": _gain,
    "+VGT": _gain,
    "+VTS": _keys,
    "+GCI": _country,
    "+VDR": _parts,
    "+IFC": _flow,
    **dict.fromkeys(("+VSD", "+VIT", "+VNH", "+VRA", "+VRN", "+VTD", "+VPR", "+PCW"), _kept),
}
