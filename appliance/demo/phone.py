"""Telephones to play with: two modems on cables of their own, and a page that lets them ring."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from appliance.demo.modem import CHIPS, EmulatedModem, Incoming, PluggedModem
from appliance.demo.modem.device import Clock
from appliance.demo.modem.sounds import BUSY, rhythm, voice
from appliance.web import Answer, Rail, Visit, page
from appliance.web.front import Front
from appliance.web.pages import RoomPages
from appliance.web.routes import Address, Posted, doing

ADDRESS = "/demo/phone"
BUTTONS = "/demo/phone/do"
TALKS_S = 40
RINGS = 8
STRANGER, CANVASSER = "13911112222", "02166667777"
CUSTOMERS = """
select o.customer, c.name, p.normal as number from order_list o
join customer c on c.id = o.customer and c.deleted = 0
join customer_phone p on p.customer = o.customer and p.normal <> '' and p.deleted = 0
where o.state in ('to_review', 'approved', 'shipped') order by o.placed_at desc limit 60
"""
OFFERED = 6


class Phones:
    """The telephone lines of a demo shop."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        chips = (CHIPS["conexant"], CHIPS["usr"])
        self.modems = [
            PluggedModem(EmulatedModem(clock, chip), folder / f"line-{place}") for place, chip in enumerate(chips, 1)
        ]
        self.links = [str(modem.link) for modem in self.modems]
        self.room = RoomPages(
            "demo", Path(__file__).parent, [page(ADDRESS, see="assistant.see")(self._show)],
            Rail("Let the phone ring", icon="i-phone", href=ADDRESS, see="assistant.see", place=95),
        )  # fmt: skip

    def start(self) -> "Phones":
        """Plug the modems in."""
        for modem in self.modems:
            modem.start()
        return self

    def stop(self) -> None:
        """Pull the plugs."""
        for modem in self.modems:
            modem.stop()

    def routes(self, front: Front) -> list[Address]:
        """Where the page's buttons lead."""
        return [doing(BUTTONS, self._do)]

    def _show(self, visit: Visit) -> Answer:
        people: dict[str, Any] = {}
        for row in visit.rows(CUSTOMERS):
            people.setdefault(row.customer, row)
        return visit.show(
            "demo/phone.html",
            title=visit.words("Let the phone ring"),
            people=list(people.values())[:OFFERED],
            stranger=STRANGER,
            canvasser=CANVASSER,
            lines=[self._line(visit, place, one) for place, one in enumerate(self.modems, 1)],
        )

    def _line(self, visit: Visit, place: int, one: PluggedModem) -> dict[str, Any]:
        """A modem with the name that the shop gave its line."""
        known = f"port-{str(one.link).strip('/').replace('/', '-')}"
        name = visit.value("select name from phone_line where place = ?", known)
        busy = one.modem.incoming is not None or one.modem.off_hook
        return {"place": str(place), "name": name or "?", "busy": busy, "plugged": one.link.is_symlink()}

    async def _do(self, visit: Visit, posted: Posted) -> Answer:
        """Let something happen on a line."""
        what, number = posted.one("what"), posted.one("number")[:24]
        chosen = self.modems[1 if posted.one("line") == "2" else 0]
        if what == "ring":
            self.ring(chosen, number)
        elif what == "both":
            self.ring(self.modems[0], number)
            self.ring(self.modems[1], CANVASSER)
        elif what == "harmed":
            chosen.do(lambda modem: modem.ring(Incoming(number=number, rings=RINGS, harm=_harmed)))
        elif what == "gives_up":
            chosen.do(lambda modem: modem.caller_hangs_up(loop=True))
        elif what == "unplug":
            chosen.unplug()
        elif what == "plug" and not chosen.link.is_symlink():
            chosen.plug()
        return visit.go(ADDRESS)

    def ring(self, modem: PluggedModem, number: str) -> None:
        """Somebody calls and, once taken, talks for a while and hangs up."""

        def call(device: EmulatedModem) -> None:
            device.ring(Incoming(number=number, rings=RINGS))
            device.sound.clear()
            device.sound.feed_endless(_talk())

        modem.do(call)


def _talk() -> Iterator[Any]:
    """Some talk, a second at a time, and then the tone of a line on which nobody is left."""
    for second in range(TALKS_S):
        yield voice(1_000, seed=second)
    yield from rhythm(*BUSY)


def _harmed(report: bytes) -> bytes:
    """A report with a letter where a figure should be."""
    place = report.rfind(b"NMBR")
    digits = next((at for at in range(place + 5, len(report)) if report[at : at + 1].isdigit()), len(report) - 1)
    return report[: digits + 4] + b"\x81" + report[digits + 5 :]
