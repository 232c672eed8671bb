"""The shop that the simulation keeps: the toy shop in two versions, and what people do in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, ClassVar

from appliance.journal import CHAIN, Desk, Group, Record, Refusal, RoomShape, Schema, Text, action
from tests.journal.toy import QUEUE, VIEWS, Buyer, Moved, Ticket, correct, fetch, remove, sell, step, take_in
from tests.simulation.world import World

SKUS = ("teapot", "cup", "tray")
NAMES = ("张伟", "李娜", "王芳", "刘洋", "陈静")


class Coupon(Record, kw_only=True, frozen=True):
    """Something that only the newer version knows."""

    partition: ClassVar = CHAIN
    code: Annotated[Text, Group("coupon")] = ""
    worth: Annotated[int, Group("coupon")] = 0


@action("Print a coupon")
def coupon(desk: Desk, *, code: str, worth: int) -> str:
    """Only boxes of the newer version can."""
    return desk.put(Coupon(code=code, worth=worth))


@action("Forget a buyer")
def forget(desk: Desk, *, buyer: str) -> str:
    """As the law grants everybody."""
    desk.erase(buyer)
    return buyer


def may_forget(desk: Desk, buyer: str) -> bool:
    """Ask for it; False where the box writes nothing now."""
    try:
        forget(desk, buyer=buyer)
    except Refusal:
        return False
    return True


@cache
def schema(version: int) -> Schema:
    """The older version, 1, knows no coupons."""
    kinds: list[type] = [Buyer, Ticket, Moved, *([Coupon] if version > 1 else [])]
    return Schema([RoomShape("toy", kinds, VIEWS, [QUEUE])])


def deeds(version: int) -> dict[str, tuple[int, Callable[[Desk, World], object]]]:
    """What people do, with its weight in a shop's day."""
    found: dict[str, tuple[int, Callable[[Desk, World], object]]] = {
        "sell": (10, _sell),
        "step": (14, _step),
        "price": (5, _correct),
        "deliver": (4, _deliver),
        "fetch": (4, _fetch),
        "remove": (1, _remove),
        "import": (1, _import),
        # Only where a run draws it.
        "forget": (0, _forget),
    }
    return found | ({"coupon": (3, _coupon)} if version > 1 else {})


def _sell(desk: Desk, world: World) -> object:
    chance = world.chance
    return sell(desk, name=chance.choice(NAMES), total=chance.randint(1, 500) * 100, sku=chance.choice(SKUS))


def _step(desk: Desk, world: World) -> object:
    ticket = _some(desk, world, "ticket")
    state = desk.value("select state from ticket where id = ?", ticket)
    ways = {"draft": ("approved", "cancelled"), "approved": ("shipped", "cancelled", "draft"), "shipped": ("approved",)}
    return step(desk, ticket=ticket, to=world.chance.choice(ways.get(state, ("draft",))))


def _correct(desk: Desk, world: World) -> object:
    buyer, chance = _some(desk, world, "buyer", most=2), world.chance
    kind = chance.choice(("credit", "address", "name"))
    if kind == "credit":
        return correct(desk, buyer=buyer, credit=chance.randint(1, 9) * 1_000)
    if kind == "address":
        place = chance.choice(("镇江", "南京", "苏州"))
        return correct(desk, buyer=buyer, city=place, street=f"{place}路{chance.randint(1, 99)}号")
    return correct(desk, buyer=buyer, name=chance.choice(NAMES))


def _deliver(desk: Desk, world: World) -> object:
    # Few causes, so that two boxes often tell the same delivery, and sometimes tell it differently.
    cause, qty = f"delivery {world.chance.randint(1, 12)}", world.chance.choice((50_000, 50_000, 60_000))
    return take_in(desk, cause=cause, sku=world.chance.choice(SKUS), qty=qty)


def _fetch(desk: Desk, world: World) -> object:
    number = world.chance.randint(1, 10)
    return fetch(desk, cause=f"TB{number}", total=number * 1_000)


def _remove(desk: Desk, world: World) -> object:
    return remove(desk, ticket=_some(desk, world, "ticket"))


def _import(desk: Desk, world: World) -> object:
    for _ in range(world.chance.randint(20, 60) if world.imports else 1):
        _sell(desk, world)
    return None


def _coupon(desk: Desk, world: World) -> object:
    return coupon(desk, code=f"C{world.chance.randint(1, 99)}", worth=world.chance.randint(1, 50) * 100)


def _forget(desk: Desk, world: World) -> object:
    return forget(desk, buyer=_some(desk, world, "buyer"))


def _some(desk: Desk, world: World, table: str, most: int = 5) -> str:
    found = f"select id from {table} where deleted = 0 and made_at > 0 order by changed desc, id limit {most}"
    rows = desk.rows(found)
    if not rows:
        raise Refusal("There is nothing to work on yet.")
    return str(world.chance.choice(rows)["id"])
