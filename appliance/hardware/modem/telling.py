"""Writing down what happens on a line, each event with its moment."""

from typing import Any

from appliance.hardware.line import Clock, Event


class Teller:
    """Collects the events of one line until they are taken."""

    def __init__(self, line: str, clock: Clock) -> None:
        self.line = line
        self.clock = clock
        self._told: list[Event] = []

    def tell(self, kind: type[Event], **fields: Any) -> None:
        """Write an event down."""
        now, tick = self.clock.now_ms(), self.clock.ticks_ms()
        self._told.append(kind(line=self.line, at_ms=now, tick_ms=tick, **fields))

    def take(self) -> list[Event]:
        """Take the events that were written down since the last time."""
        told, self._told = self._told, []
        return told
