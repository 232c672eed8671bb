"""The `appliance` command: opens the house, sets up a new one, and looks after it."""

import argparse
import gc
import json
import os
import secrets
import socket
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from appliance import __version__, config
from appliance.assembly import Room, WallClock, open_journal, rooms
from appliance.journal import Journal, Refusal, explained

FINE, WRONG, MISUSED = 0, 1, 2
DEFAULT_FOLDER = "var/shop"


def command(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 all is well, 1 something is wrong, 2 it was asked wrongly."""
    told = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = told.run
    try:
        return run(told)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return WRONG
    except FileNotFoundError as missing:
        print(f"There is no box in {told.data} ({missing.filename}). Set one up with: appliance init", file=sys.stderr)
        return MISUSED
    except (sqlite3.Error, OSError) as error:
        refused = explained(error)
        if not isinstance(refused, Refusal):
            raise
        print(refused, file=sys.stderr)
        return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="appliance",
        description="掌柜 Zhanggui, a shop in a box: one small machine serves the tablets and phones of a shop.",
        epilog="Exit codes: 0 all is well, 1 something is wrong and was named, 2 the command was asked wrongly.",
    )
    parser.add_argument("--version", action="version", version=f"appliance {__version__}")
    verbs = parser.add_subparsers(title="what it does", required=True, metavar="verb")

    def verb(name: str, run: Callable[[argparse.Namespace], int], tells: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=tells, description=tells)
        made.set_defaults(run=run)
        where = "the box's data folder (default: $APPLIANCE_DATA or %(default)s)"
        made.add_argument(
            "--data", type=Path, default=Path(os.environ.get("APPLIANCE_DATA", DEFAULT_FOLDER)), help=where
        )
        return made

    serve = verb(
        "serve",
        _serve,
        "serve the shop to the tablets on the network; in an empty folder, show the page that sets one up",
    )
    serve.add_argument("--port", type=int, default=0, help="the port to listen at (default: as set up, 8000)")
    serve.add_argument("--host", default="", help="the address to listen at (default: every one)")
    serve.add_argument("--demo", action="store_true", help="in an empty folder, open a tea shop to play with")
    first = verb("init", _init, "set up a new, empty shop in the data folder")
    first.add_argument("--shop", default="", help="the shop's name")
    first.add_argument("--owner", default="", help="the owner's name")
    first.add_argument("--code", default="A1", help="this box's code in document numbers (default: %(default)s)")
    joined = verb("join", _join, "make this a further box of a shop that is open on another one")
    joined.add_argument("--at", default="", help="the other box's address (default: list those on this network)")
    joined.add_argument("--code", default="", help="the six digits that the other box shows")
    _words_of_a_hub(verb("hub", _hub, "be the meeting point of a chain of many boxes, with its log in PostgreSQL"))
    carried = verb("bundle", _bundle, "carry work between boxes on a USB stick, while the shop is not open here")
    carried.add_argument("do", choices=["write", "read"], help="write a bundle into a folder, or read one")
    carried.add_argument("path", type=Path, help="the folder to write into; the file, or the folder of files, to read")
    carried.add_argument(
        "--to", action="append", default=[], help="a box's code; may be repeated (default: all others)"
    )
    verb("check", _check, "check the log, the tables drawn from it, the kept sums and the file")
    verb("rebuild", _rebuild, "draw every table anew from the log")
    out = verb("export", _export, "write the whole log as JSON lines: your data, without lock-in")
    out.add_argument("--to", type=Path, default=None, help="the file to write (default: standard output)")
    return parser


def _words_of_a_hub(hub: argparse.ArgumentParser) -> None:
    hub.epilog = (
        "Once: let a box of the chain show six digits (Branches, Let a box in), then join with --join and --code. "
        "From then on start it without them, as often as you like: processes that share a database and a copy of the "
        "data folder are one hub, also on one port. The database needs no care but backups."
    )
    hub.add_argument(
        "--postgres",
        default=os.environ.get("APPLIANCE_POSTGRES", ""),
        help="the database, like postgresql://hub@db/chain (default: $APPLIANCE_POSTGRES)",
    )
    hub.add_argument("--port", type=int, default=0, help="the port to listen at (default: 8000)")
    hub.add_argument("--host", default="", help="the address to listen at (default: every one)")
    hub.add_argument("--join", metavar="ADDRESS", default="", help="ask the box at this address to be let in")
    hub.add_argument("--code", default="", help="the six digits that the box shows")
    hub.add_argument("--reached-at", metavar="ADDRESS", default="", help="where boxes find this hub; they are told")
    hub.add_argument("--boxes", action="store_true", help="list the boxes of the chain and when each came last")


def _serve(told: argparse.Namespace) -> int:
    folder: Path = told.data
    if told.demo and not config.exists(folder):
        from appliance.demo import open_demo

        open_demo(folder)
    elif not config.exists(folder):
        from appliance.setting_up import set_up

        if not set_up(folder, host=told.host, port=told.port):
            return FINE
    # What a box reads to open stays as long as it is open: there is nothing to tidy up before the doors are open.
    gc.disable()
    from appliance.serving import serve

    return serve(config.read(folder), host=told.host, port=told.port, demo=told.demo)


def _init(told: argparse.Namespace) -> int:
    from appliance.shop.staff import pin_of_first_owner
    from appliance.shopfitting import first_start

    folder: Path = told.data
    if config.exists(folder):
        print(f"There is a box in {folder} already. Choose another folder with --data.", file=sys.stderr)
        return MISUSED
    shop = told.shop or _asked("The shop's name: ", "小店")
    owner = told.owner or _asked("The owner's name: ", "店主")
    pin = pin_of_first_owner(secrets.randbelow)
    _, journal, _ = first_start(folder, code=told.code, shop=shop, owner=owner, pin=pin)
    journal.close()
    print(f"{shop} is set up in {folder}. {owner}'s PIN is {pin}: change it after the first sign-in.")
    print(f"Now open it with: appliance serve --data {folder}")
    return FINE


def _join(told: argparse.Namespace) -> int:
    from appliance.shopfitting import boxes_near, join_chain

    if not told.at:
        found = boxes_near()
        for box in found:
            print(f"{box.title}: appliance join --at {box.urls[0]} --code ...")
        print("Let one of them show a code." if found else "No box is announced on this network. Name one with --at.")
        return FINE if found else WRONG
    made, sign = join_chain(told.data, told.at, told.code or _asked("The six digits on the other box: ", ""))
    print(f"Joined as {made.code}. Both boxes show {sign}. Now open it with: appliance serve --data {told.data}")
    return FINE


def _hub(told: argparse.Namespace) -> int:
    try:
        from appliance import hub
    except ModuleNotFoundError as missing:
        raise Refusal("A hub needs one more package: pip install 'psycopg[binary]'") from missing
    if told.join:
        digits = told.code or _asked("The six digits on the other box: ", "")
        made, sign = hub.join_as_hub(told.data, told.join, digits, told.reached_at)
        print(f"Joined as {made.code}. Both show {sign}. Now open it with: appliance hub --data {told.data}")
        return FINE
    if not config.exists(told.data):
        raise Refusal("There is no hub in {folder}. Let it in first: appliance hub --join ...", folder=told.data)
    settings = config.read(told.data)
    if told.boxes:
        for line in hub.visitors(settings, told.postgres):
            print(line)
        return FINE
    return hub.serve_hub(settings, told.postgres, host=told.host, port=told.port)


def _bundle(told: argparse.Namespace) -> int:
    from appliance.shopfitting import carried

    with carried(config.read(told.data)) as company:
        if told.do == "write":
            readers = [one for one in company.circle.others if one.code in told.to]
            if len(readers) != len(told.to):
                known = ", ".join(one.code for one in company.circle.others) or "none"
                print(f"There is no such box in this chain. The others are: {known}.", file=sys.stderr)
                return MISUSED
            written = company.stick.write(told.path, readers)
            print(
                f"{written.path.name}: {written.bytes:,} bytes for {', '.join(written.readers)}, read again and good."
            )
            print("It is safe to unplug the stick.")
            return FINE
        found = (
            [told.path]
            if told.path.is_file()
            else [one.path for one in company.stick.lying(told.path) if not one.trouble]
        )
        for path in found:
            taken = company.stick.read(path)
            torn = "" if taken.whole else " The copy is torn or damaged: let it be written again."
            print(f"{path.name} from {taken.sender}: {taken.applied} entries were new.{torn}")
        return FINE if found else WRONG


def _asked(question: str, otherwise: str) -> str:
    return (input(question).strip() if sys.stdin.isatty() else "") or otherwise


def _check(told: argparse.Namespace) -> int:
    from appliance.journal.check import silent
    from appliance.journal.rounds import check_whole

    journal, _ = opened(told.data)
    wrong = check_whole(journal, _how_far() if sys.stderr.isatty() else silent)
    journal.close()
    for line in wrong:
        print(line)
    print("All is well." if not wrong else f"{len(wrong)} things are wrong.")
    return WRONG if wrong else FINE


def _how_far() -> "Callable[[str, int, int], None]":
    """Say on one line of the screen how far a long check is."""

    def say(what: str, done: int, of: int) -> None:
        print(f"\r{what}: {100 * done // max(of, 1)} %".ljust(78), end="", file=sys.stderr, flush=True)

    return say


def _rebuild(told: argparse.Namespace) -> int:
    journal, _ = opened(told.data)
    journal.rebuild().result()
    journal.close()
    print("Every table was drawn anew from the log.")
    return FINE


def _export(told: argparse.Namespace) -> int:
    from appliance.journal.entry import read_deed, read_sealed

    journal, _ = opened(told.data)
    out = told.to.open("w", encoding="utf-8") if told.to else sys.stdout
    try:
        for entry in journal.entries():
            deed = read_deed(entry.parts[0])
            line = {
                "author": entry.author.hex(),
                "partition": entry.partition,
                "seq": entry.seq,
                "at_ms": entry.hlc >> 16,
                "who": deed.who,
                "action": deed.action,
                "changes": deed.changes + [change for part in entry.parts[1:] for change in read_sealed(part).changes],
            }
            out.write(json.dumps(line, ensure_ascii=False, default=_shown) + "\n")
    finally:
        if told.to:
            out.close()
        journal.close()
    return FINE


def _shown(value: object) -> object:
    from appliance.journal.entry import show_id

    shown = show_id(value)
    return shown.hex() if isinstance(shown, bytes) else shown


def opened(folder: Path) -> tuple[Journal, list[Room]]:
    """Open the box of a folder; raises `FileNotFoundError` when there is none."""
    found = rooms()
    return open_journal(config.read(folder).box, found, clock=WallClock()), found


def address(port: int) -> str:
    """Return the address to type into a tablet's browser."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        # Nothing is sent: connecting a datagram socket only asks the routing table which of our addresses faces out.
        probe.connect(("192.0.2.1", 9))
        host = probe.getsockname()[0]
    except OSError:
        host = "127.0.0.1"
    finally:
        probe.close()
    return f"http://{host}:{port}/"


if __name__ == "__main__":
    sys.exit(command())
