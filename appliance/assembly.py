"""Putting the rooms together: what each folder of `shop` gives the journal and the front of house."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from types import ModuleType

from appliance.journal import Action, Box, Fact, Journal, Record, RoomShape, Schema, Sum
from appliance.journal.clock import Clock


@dataclass(frozen=True)
class Room:
    """One trade: its name, its shape for the journal, its actions by verb."""

    name: str
    shape: RoomShape
    actions: dict[str, Action[..., object]]

    def pages(self) -> ModuleType | None:
        """Return the room's pages, imported only when somebody will look at them."""
        return _module(self.name, "pages")


LOOKED_EVERY_NS = 1_000_000_000
"""A page asks twice whether somebody vouches for the date, and a deed three times."""


class WallClock:
    """The machine's own clocks; the only place that reads them."""

    def __init__(self, vouched: Callable[[], bool] = lambda: True) -> None:
        self._vouched = vouched
        self._synced = False
        self._looked_ns = 0
        self._told = False
        self._offset_ms = 0

    @property
    def synced(self) -> bool:
        """Whether a time server has set the machine's own clock since it started."""
        if not self._synced and (now := time.monotonic_ns()) - self._looked_ns > LOOKED_EVERY_NS:
            self._looked_ns, self._synced = now, self._vouched()
        return self._synced

    @property
    def trusted(self) -> bool:
        """Whether somebody outside has vouched for the date since the machine started."""
        return self._told or self.synced

    def now_ms(self) -> int:
        """Wall time, UTC. What another box said counts until a time server sets the machine's own clock."""
        return time.time_ns() // 1_000_000 + (0 if not self._offset_ms or self.synced else self._offset_ms)

    def correct(self, by_ms: int, vouched: bool) -> None:
        """Go by another box's clock where nobody else vouches for this one's; the machine's own is left alone."""
        if not self.trusted:
            self._offset_ms += by_ms
            self._told = vouched

    def ticks_ms(self) -> int:
        """Time since the machine started."""
        return time.monotonic_ns() // 1_000_000


def rooms(names: list[str] | None = None) -> list[Room]:
    """Import the rooms in their order."""
    from appliance.shop import ROOMS

    return [_room(name) for name in (names or ROOMS)]


def open_journal(
    box: Box,
    found: list[Room],
    *,
    clock: Clock | None = None,
    random: Callable[[int], bytes] = os.urandom,
    local: str = "",
    trust: Callable[[bytes, str], bool] | None = None,
) -> Journal:
    """Open a box's journal with these rooms in it; `trust` tells whose entries are taken in, without it everybody's."""
    schema = Schema(room.shape for room in found)
    return Journal(box, schema, clock=clock or WallClock(), random=random, local=local, trust=trust)


@cache
def _room(name: str) -> Room:
    records, actions = _module(name, "records"), _module(name, "actions")
    kinds: list[type[Record | Fact]] = []
    sums: list[Sum] = []
    here = f"appliance.shop.{name}."
    for value in vars(records).values() if records else ():
        if isinstance(value, Sum):
            sums.append(value)
        elif isinstance(value, type) and issubclass(value, Record | Fact) and value.__module__.startswith(here):
            kinds.append(value)
    views = files(f"appliance.shop.{name}") / "views.sql"
    shape = RoomShape(name, kinds, views.read_text("utf-8") if views.is_file() else "", sums)
    return Room(name, shape, _actions(name, actions))


def _actions(name: str, module: ModuleType | None) -> dict[str, Action[..., object]]:
    found = vars(module).values() if module else ()
    return {value.verb: value for value in found if isinstance(value, Action) and value.room == name}


def _module(room: str, name: str) -> ModuleType | None:
    full = f"appliance.shop.{room}.{name}"
    return import_module(full) if find_spec(full) else None
