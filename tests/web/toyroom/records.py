"""A tea shelf: just enough of a room to try the front of house with."""

from typing import Annotated, ClassVar, Literal

from appliance.journal import CHAIN, Fact, Flow, Phone, Price, Qty, Record, Ref, Sum, Text, Watched, Words
from appliance.journal.shapes import Partition

Grade = Literal["green", "black"]
TeaId = Annotated[str, Ref("tea")]
SOLD = Sum("sold_of", by=("tea",), of=("qty",))


class Tea(Record, kw_only=True, frozen=True):
    """A tea on the shelf."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = Flow(start="draft", steps={"draft": ("open", "void"), "open": ("void",)})

    name: Text = ""
    grade: Grade = "green"
    price: Annotated[Price, Watched()] = 0
    cost: Price = 0
    grower: Text = ""
    phone: Phone = ""
    notes: Words = ""
    placed_at: int = 0


class Sold(Fact, kw_only=True, frozen=True):
    """Somebody took some home."""

    feeds: ClassVar[tuple[Sum, ...]] = (SOLD,)

    tea: TeaId = ""
    qty: Qty = 0
