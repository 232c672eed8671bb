"""One branch of the drill: a whole box as a process of its own, told by lines on standard input, answering in JSON.

Lines: `cut` and `mend` the connection, `reach URL`, `write FOLDER` and `read FOLDER` a stick, `state`, a `code` that
lets a browser in, or a deed of `DEEDS` with its arguments.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance import config
from appliance.demo.drill import CASES, DEEDS
from appliance.journal import Refusal
from appliance.journal.check import check, digests
from appliance.running import close_after_stopping
from appliance.serving import Entrance, open_house
from appliance.shopfitting import Opened, close_box
from appliance.sync.boxes.anchor import alone
from appliance.sync.boxes.company import Company
from appliance.sync.boxes.door import SYNC
from appliance.web.signin import Doors


class Cable:
    """The connection to the other boxes: while it is cut, nobody who knocks is heard."""

    def __init__(self, inside: Entrance) -> None:
        self._inside = inside
        self.cut = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let a request in, unless it is another box's and the cable is cut."""
        if self.cut and scope["type"] == "http" and scope["path"] == SYNC:
            await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"4")]})
            await send({"type": "http.response.body", "body": b"busy"})
            return
        await self._inside(scope, receive, send)


class Branch:
    """What the lines do."""

    def __init__(self, box: Opened, company: Company, cable: Cable, doors: Doors) -> None:
        self._box, self._company, self._cable, self._doors = box, company, cable, doors

    def told(self, line: str) -> object:
        """Do what a line says; returns what is to be answered."""
        verb, _, rest = line.partition(" ")
        own: dict[str, Callable[[str], object]] = {
            "cut": lambda _: self._set(cut=True), "mend": lambda _: self._set(cut=False), "reach": self._reach,
            "write": self._write, "read": self._read, "state": lambda _: self._state(),
            "code": lambda _: self._doors.new_code(),
        }  # fmt: skip
        if verb in own:
            return own[verb](rest)
        desk = self._box.journal.desk(who=rest.partition(" ")[0], device="drill", branch=self._box.config.branch)
        return DEEDS[verb](desk, *rest.split(" ")[1:])

    def _set(self, *, cut: bool) -> None:
        self._cable.cut = cut
        for other in [] if cut else self._company.circle.others:
            self._company.courier.meet(other.box)

    def _reach(self, url: str) -> None:
        port = int(url.rpartition(":")[2])
        for other in self._company.circle.others:
            if port == PORTS.get(other.code):
                self._company.reach(other.box, url)

    def _write(self, folder: str) -> list[str]:
        return list(self._company.stick.write(Path(folder)).readers)

    def _read(self, folder: str) -> int:
        return sum(self._company.stick.read(path).applied for path in sorted(Path(folder).glob("*.bundle")))

    def _state(self) -> dict[str, object]:
        journal = self._box.journal
        rows = journal.reading()
        return {
            "entries": journal.digest().hex(),
            "tables": digests(journal),
            "cases": [[view, row[0]] for view in CASES for row in rows.execute(f"select id from {view} order by id")],
            "wrong": check(journal),
            "near": sorted(other.code for other in self._company.circle.others if self._heard(other.box)),
        }

    def _heard(self, box: bytes) -> bool:
        return any(box.startswith(bytes.fromhex(one.id)) for one in list(self._company.near.boxes.values()))


PORTS: dict[str, int] = {}
"""The port of each branch by its code, as the command line says."""


def main(folder: str, port: str, far: str, ports: str) -> None:
    """Serve a branch until standard input ends; `far` is another town, whose boxes hear nothing of this network."""
    import uvicorn

    PORTS.update(json.loads(ports))
    told = config.read(Path(folder))
    made, box = open_house(told, port=int(port), without=("near",) if far == "far" else ())
    cable = Cable(Entrance(made))
    branch = Branch(box, made.state.company, cable, made.state.front.doors)
    served = uvicorn.Config(
        cable, "0.0.0.0", int(port), log_level="error", ws="none", timeout_graceful_shutdown=1  # noqa: S104
    )  # fmt: skip
    server = uvicorn.Server(served)

    def listen() -> None:
        for line in sys.stdin:
            try:
                answer: dict[str, object] = {"done": branch.told(line.strip())}
            except Refusal as refusal:
                answer = {"refused": str(refusal)}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=listen, daemon=True).start()
    close_after_stopping()
    with alone(Path(folder)):
        server.run()
        close_box(box)


if __name__ == "__main__":
    main(*sys.argv[1:5])
