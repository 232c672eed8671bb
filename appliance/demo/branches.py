"""The drill of three branches on one machine: cut apart, they contradict each other; joined again, they agree.

`python -m appliance.demo.branches FOLDER` plays it and leaves the three shops open to look at; with `--once` it ends.
Every step is checked; the exit code is 0 when all of it came out right.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, cast

from appliance import config
from appliance.demo.drill import fill
from appliance.shop.branches.actions import open_branch
from appliance.shopfitting import first_start, let_in

NAMES = {"A1": "总店", "B1": "城西店", "C1": "山里店"}
PIN = "246810"
PATIENCE_S = 60.0
PROVED = 0


class Wrong(Exception):
    """The drill did not come out as it should."""


@dataclass
class Branch:
    """A branch of the drill: its folder, its port, and its process."""

    code: str
    folder: Path
    port: int
    process: "subprocess.Popen[str]"

    def tell(self, line: str) -> Any:
        """Say a line to the box and return its answer."""
        into, out = cast("IO[str]", self.process.stdin), cast("IO[str]", self.process.stdout)
        into.write(line + "\n")
        into.flush()
        answered = out.readline()
        if not answered:
            raise Wrong(f"{self.code} has stopped.")
        answer = json.loads(answered)
        if "refused" in answer:
            raise Wrong(f"{self.code}: {line}: {answer['refused']}")
        return answer["done"]

    @property
    def url(self) -> str:
        """Where its people open it."""
        return f"http://127.0.0.1:{self.port}"


def play(folder: Path) -> list[Branch]:
    """Play the whole drill; raises `Wrong`. The branches are left open."""
    order = _found(folder)
    branches = _open(folder)
    head, west, hills = branches
    try:
        _say(f"Three branches are open: {', '.join(f'{NAMES[one.code]} {one.url}' for one in branches)} (PIN {PIN})")
        for other in (west, hills):
            other.tell(f"reach {head.url}")
        _agree("They know the same", branches)
        for one in branches:
            one.tell("cut")
        _contradict(head, west, hills, order)
        _join(folder, head, west, hills)
        _settle(head, west, hills)
    except BaseException:
        close(branches)
        raise
    return branches


def close(branches: Sequence[Branch]) -> None:
    """Close the shops; each ends when nobody speaks to it any more."""
    for one in branches:
        cast("IO[str]", one.process.stdin).close()
    for one in branches:
        try:
            one.process.wait(20)
        except subprocess.TimeoutExpired:
            one.process.kill()


# ---- the steps


def _found(folder: Path) -> str:
    """Found the chain: the first box with its goods, and a box for each of the other two branches."""
    shutil.rmtree(folder, ignore_errors=True)
    host, journal, owner = first_start(folder / "A1", code="A1", shop="小满茶铺", owner="王小满", pin=PIN)
    desk = journal.desk(who=owner, device="drill", branch=host.branch)
    order = fill(desk)
    places = {code: open_branch(desk, name=NAMES[code], code=code[0]) for code in ("B1", "C1")}
    journal.close()
    for code, branch in places.items():
        let_in(host, folder / code, code=code, branch=branch)
    return order


def _open(folder: Path) -> list[Branch]:
    environment = os.environ | {"APPLIANCE_ANCHORS": str(folder / "anchors")}
    ports = {code: _free_port() for code in NAMES}
    branches = []
    for code, port in ports.items():
        told = config.read(folder / code)
        config.write(replace(told, port=port))
        # The third stands in another town: it hears nothing of this network.
        far = "far" if code == "C1" else "near"
        command = [sys.executable, "-m", "appliance.demo.branch", str(folder / code), str(port), far, json.dumps(ports)]
        log = (folder / f"{code}.log").open("w")
        process = subprocess.Popen(  # noqa: S603  our own program, and nothing of it comes from outside
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )
        branches.append(Branch(code, folder / code, port, process))
    for one in branches:
        _until(f"{one.code} does not open.", lambda one=one: _answers(one.port))
    return branches


def _contradict(head: Branch, west: Branch, hills: Branch, order: str) -> None:
    """Cut apart, each does what it would do on any day."""
    head.tell("promise 王小满")
    west.tell("promise 陈静")
    _say("总店 and 城西店 both sold the last teapot.")
    head.tell(f"ship 王小满 {order}")
    hills.tell(f"cancel 老马 {order}")
    _say("总店 shipped an order that 山里店 cancelled.")
    west.tell("price 陈静 42")
    hills.tell("price 老马 35")
    _say("城西店 made the cup dearer, 山里店 cheaper.")


def _join(folder: Path, head: Branch, west: Branch, hills: Branch) -> None:
    """Join again: a stick from the hills to the west, the local network between west and head, an address to the hills."""
    stick = folder / "stick"
    stick.mkdir()
    readers = hills.tell(f"write {stick}")
    new = west.tell(f"read {stick}")
    _need(new > 0, "The stick brought nothing.")
    _say(f"A stick was carried from 山里店 to 城西店: for {', '.join(readers)}, {new} entries were new.")
    before = west.tell("state")["entries"]
    head.tell("mend")
    west.tell("mend")
    _until("总店 and 城西店 do not find each other.", lambda: _same(head, west))
    heard = "A1" in west.tell("state")["near"] or "B1" in head.tell("state")["near"]
    how = "by the local network" if heard else "by the address they knew, for this machine carries no announcements"
    _say(f"总店 and 城西店 found each other {how}.")
    _need(before != west.tell("state")["entries"], "Nothing was exchanged.")
    hills.tell("mend")
    head.tell(f"reach {hills.url}")
    _agree("山里店 was reached at its address, and all three know the same", (head, west, hills))


def _settle(head: Branch, west: Branch, hills: Branch) -> None:
    branches = (head, west, hills)
    cases = [one.tell("state")["cases"] for one in branches]
    _need(cases[0] == cases[1] == cases[2], f"The inboxes differ: {cases}")
    views = sorted(view for view, _ in cases[0])
    _need(views == ["problem_oversold", "problem_step_fork", "problem_value_conflict"], f"In the inbox: {cases[0]}")
    _say("Each inbox holds the same three: " + ", ".join(view.removeprefix("problem_") for view in views))
    head.tell("give_way 王小满")
    west.tell("let_stand 陈静")
    hills.tell("keep_first 老马")
    _say("Each was settled once, each at another branch.")
    _agree("Every branch has heard of it", branches)
    for one in branches:
        state = one.tell("state")
        _need(state["cases"] == [], f"{one.code} still asks: {state['cases']}")
        _need(state["wrong"] == [], f"{one.code}: {state['wrong']}")
    _say("No inbox asks anything any more, and every box checks out.")


# ---- what they have in common


def _agree(said: str, branches: Sequence[Branch]) -> None:
    _until(f"Not true: {said}.", lambda: all(_same(branches[0], one) for one in branches[1:]))
    digest = branches[0].tell("state")["entries"][:16]
    _say(f"{said}: digest {digest}.")


def _same(one: Branch, other: Branch) -> bool:
    here, there = one.tell("state"), other.tell("state")
    return bool(here["entries"] == there["entries"] and here["tables"] == there["tables"])


def _until(otherwise: str, true: Any) -> None:
    until = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > until:
            raise Wrong(otherwise)
        time.sleep(0.3)


def _need(true: bool, otherwise: str) -> None:
    if not true:
        raise Wrong(otherwise)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Play the drill in a folder; returns the exit code."""
    folder = Path(arguments[0]) if arguments else Path("var/branches")
    try:
        branches = play(folder.resolve())
    except Wrong as wrong:
        _say(f"The drill failed: {wrong}")
        return 1
    try:
        if "--once" not in arguments:
            for one in branches:
                _say(f"  {NAMES[one.code]}: {one.url}/enrol?code={one.tell('code')}")
            _say(
                f"The three shops stay open to look at, a quarter of an hour by these addresses (PIN {PIN}). End with Ctrl-C."
            )
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        _say("Closing.")
    finally:
        close(branches)
    return PROVED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
