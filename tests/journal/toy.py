"""A toy shop with one of everything the ground offers, for tests of the ground alone."""

import random
from pathlib import Path
from typing import Annotated, ClassVar

import msgspec

from appliance.journal import (
    CHAIN,
    Desk,
    Fact,
    Flow,
    Group,
    Journal,
    Money,
    Phone,
    Qty,
    Record,
    Ref,
    Refusal,
    RoomShape,
    Schema,
    Sum,
    Text,
    Watched,
    action,
    derive,
)
from tests.cast import BRANCH_A, TestClock, box_of

TILL_FLOW = Flow(
    start="draft",
    steps={
        "draft": ("approved", "cancelled"),
        "approved": ("shipped", "draft", "cancelled"),
        "shipped": ("approved",),
        "cancelled": ("draft",),
    },
    rank={"shipped": 30, "cancelled": 20},
)
STOCK = Sum("stock", by=("sku",), of=("qty", "value"))
QUEUE = Sum("queue", by=("state",), of=("total",))


class Buyer(Record, kw_only=True, frozen=True):
    """A person."""

    partition: ClassVar = CHAIN
    personal: ClassVar = True
    history: ClassVar = True
    name: Text = ""
    phone: Phone = ""
    city: Annotated[Text, Group("address")] = ""
    street: Annotated[Text, Group("address")] = ""
    credit: Annotated[Money, Watched()] = 0
    tags: list[str] = msgspec.field(default_factory=list)


class Ticket(Record, kw_only=True, frozen=True):
    """An order."""

    flow: ClassVar = TILL_FLOW
    history: ClassVar = True
    number: Text = ""
    buyer: Annotated[str, Ref("buyer")] = ""
    total: Money = 0
    hasty: bool = False


class Moved(Fact, kw_only=True, frozen=True):
    """Goods moved."""

    feeds: ClassVar = (STOCK,)
    sku: Text = ""
    qty: Qty = 0
    value: Money = 0


VIEWS = """
-- kept by id
-- touched by ticket: id
-- touched by buyer: select id from ticket where buyer = :id
-- follows ticket (state): state
-- follows buyer (phone): phone
-- index state, number
-- search number, name, phone
-- feeds queue
create view ticket_list as
select t.id, t.number, t.state, t.total, b.name, b.phone
from ticket t left join buyer b on b.id = t.buyer where t.deleted = 0;

-- kept by sku
-- touched by stock: sku
-- follows stock: qty, value
create view shelf as select sku, qty, value from stock;

create view problem_short as select sku as id, qty from shelf where qty < 0;
"""


TOY = RoomShape("toy", [Buyer, Ticket, Moved], VIEWS, [QUEUE])


@action("Register a buyer")
def register(desk: Desk, *, name: str, phone: str = "", city: str = "", street: str = "") -> str:
    return desk.put(Buyer(name=name, phone=phone, city=city, street=street))


@action("Sell")
def sell(desk: Desk, *, name: str, total: int, sku: str = "teapot") -> str:
    if total <= 0:
        raise Refusal("A ticket must cost more than nothing.", field="total")
    buyer = register(desk, name=name)
    ticket = desk.put(Ticket(number=desk.number("SO"), buyer=buyer, total=total))
    desk.add(Moved(sku=sku, qty=-10_000, value=-total))
    return ticket


@action("Step")
def step(desk: Desk, *, ticket: str, to: str) -> None:
    desk.step(Ticket, ticket, to=to)


@action("Correct")
def correct(desk: Desk, *, buyer: str, **fields: object) -> None:
    desk.change(Buyer, buyer, **fields)


@action("Take in once")
def take_in(desk: Desk, *, cause: str, sku: str, qty: int) -> str:
    return desk.add(Moved(id=derive("delivery", cause), sku=sku, qty=qty, value=qty))


@action("Fetch")
def fetch(desk: Desk, *, cause: str, total: int) -> str:
    return desk.put(Ticket(id=derive("fetched", cause), number=cause, total=total))


@action("Remove")
def remove(desk: Desk, *, ticket: str) -> None:
    desk.remove(Ticket, ticket)


def toy_box(
    folder: Path, code: str, clock: TestClock | None = None, views: str = VIEWS, seed: str = "", root: bytes = b""
) -> Desk:
    """Open a box of the toy shop and stand at it."""
    chance = random.Random(code + seed)
    box = box_of(folder, code, root=root)
    schema = Schema([RoomShape("toy", [Buyer, Ticket, Moved], views, [QUEUE])])
    journal = Journal(box, schema, clock=clock or TestClock(), random=chance.randbytes)
    return journal.desk(who=f"worker-{code}", device="tablet", branch=BRANCH_A)
