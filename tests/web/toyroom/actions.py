"""What can be done at the tea shelf."""

from typing import Annotated

import msgspec

from appliance.journal import (
    Day,
    Desk,
    Hint,
    Limit,
    Money,
    Phone,
    Price,
    Qty,
    Refusal,
    Secret,
    Text,
    Weight,
    Words,
    action,
)
from tests.web.toyroom.records import Grade, Sold, Tea, TeaId


class LineForm(msgspec.Struct, frozen=True):
    """One line of a sale."""

    tea: TeaId
    qty: Qty
    gift: bool = False


@action("New tea")
def create(
    desk: Desk,
    *,
    name: Annotated[Text, Limit(max=20)],
    grade: Grade,
    price: Price,
    cost: Price = 0,
    phone: Phone = "",
    notes: Words = "",
) -> str:
    """Put a tea on the shelf."""
    if desk.value("select 1 from tea where name = ? and deleted = 0", name):
        raise Refusal("There is a tea called {name} already.", field="name", code="twice", name=name)
    return desk.put(Tea(name=name, grade=grade, price=price, cost=cost, phone=phone, notes=notes, placed_at=desk.at))


@action("Change tea")
def change(desk: Desk, *, tea: TeaId, name: Text, price: Price, cost: Price = 0, phone: Phone = "") -> None:
    """Correct what stands on the label."""
    desk.change(Tea, tea, name=name, price=price, cost=cost, phone=phone)


@action("Put out", undo="toyroom.take_in")
def put_out(desk: Desk, *, tea: TeaId) -> None:
    """Show it to customers."""
    desk.step(Tea, tea, to="open")


@action("Take in")
def take_in(desk: Desk, *, tea: TeaId) -> None:
    """Take it from the shelf."""
    desk.step(Tea, tea, to="void")


@action("Sell", confirm="What is sold cannot be taken back.")
def sell(
    desk: Desk, *, lines: list[LineForm], paid: Money = 0, weight: Weight = 0, due: Day = "", word: Secret = ""
) -> str:
    """Several teas at once."""
    for place, line in enumerate(lines):
        if line.qty > 10 * 10_000:
            raise Refusal("Only ten at once.", field=f"lines.{place}.qty", code="too_many", remedy="/teas")
    return [desk.add(Sold(tea=line.tea, qty=line.qty)) for line in lines][-1]


@action("Break something")
def smash(desk: Desk, *, pot: Annotated[Text, Hint("Which one?")] = "") -> None:
    """A bug."""
    del desk
    raise ValueError(f"李娜 13800002266 {pot}")
