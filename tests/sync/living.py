"""One real box as a process: the whole house with its door, courier and voice, told by lines on standard input.

Further words name loops that do not run. Lines: `work N` writes N branches down, `invite CODE` opens the door to a newcomer, `state` prints digests and heads as one line of JSON, `meet` talks with everybody now, `check` looks for faults.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
from pathlib import Path

import uvicorn

from appliance import config
from appliance.journal.check import check, digests
from appliance.running import close_after_stopping
from appliance.serving import Entrance, open_house
from appliance.shop.settings.places import add_branch
from appliance.shopfitting import close_box
from appliance.sync.boxes.anchor import alone


def main(folder: str, *without: str) -> None:
    made, box = open_house(config.read(Path(folder)), without=without)
    journal, told = box.journal, box.config
    served = uvicorn.Config(
        Entrance(made), "::" if told.host == "::" else told.host, told.port, log_level="warning", ws="none",
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(served)
    written = 0

    def listen() -> None:
        nonlocal written
        desk = journal.desk(who="", branch=told.branch)
        for line in sys.stdin:
            verb, _, rest = line.strip().partition(" ")
            if verb == "work":
                for _ in range(int(rest)):
                    written += 1
                    add_branch(desk, name=f"{told.code}-{os.getpid()}-{written}")
                say(done=written)
            elif verb == "state":
                say(**state())
            elif verb == "invite":
                say(digits=made.state.company.invite(code=rest, branch=told.branch).digits)
            elif verb == "meet":
                say(met=[made.state.company.courier.meet(one.box) for one in made.state.company.circle.others])
            elif verb == "check":
                say(wrong=check(journal))
        os.kill(os.getpid(), signal.SIGTERM)

    def state() -> dict[str, object]:
        tables = digests(journal)
        whole = hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()
        names = journal.reading().execute("select count(*) from branch").fetchone()[0]
        standings = made.state.company.standings()
        return {
            "digest": journal.digest().hex(),
            "tables": whole,
            "branches": names,
            "author": journal.author.hex(),
            "trouble": {one.code: one.trouble.sentence if one.trouble else "" for one in standings},
            "waiting": {one.code: [one.waiting_here, one.waiting_there] for one in standings},
        }

    threading.Thread(target=listen, daemon=True).start()
    close_after_stopping()
    with alone(Path(folder)):
        server.run()
        close_box(box)


def say(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
