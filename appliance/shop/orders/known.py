"""What is known about an order when it is reviewed: plain values, gathered once, asked by every check."""

from collections.abc import Sequence

import msgspec

from appliance.journal import times
from appliance.shop.settings import Values


class Goods(msgspec.Struct, frozen=True):
    """One line as the engine sees it; stock and cost are those of the order's warehouse."""

    line: str
    sku: str
    name: str
    qty: int
    amount: int
    gift: bool = False
    refund_status: str = "none"
    on_hand: int = 0
    pending_ship: int = 0
    stock_value: int = 0
    pool: str = ""
    """Several branches sell it; then `rights` is how much this box may promise."""
    rights: int = 0
    minimum: int = 0
    allow_negative: bool = False
    allow_below_cost: bool = False

    @property
    def below_minimum(self) -> bool:
        """Sold under the price below which nobody may sell it."""
        return not self.gift and self.amount < times(self.minimum, self.qty)

    @property
    def below_cost(self) -> bool:
        """Sold under its average cost; unknown while none is on the shelf."""
        if self.gift or self.allow_below_cost or self.on_hand <= 0 or self.qty <= 0:
            return False
        return self.amount * 100 * self.on_hand < self.stock_value * self.qty


class Rival(msgspec.Struct, frozen=True):
    """Another order of the same person that has not left yet."""

    number: str
    state: str
    frozen: bool
    same_place: bool


class Facts(msgspec.Struct, frozen=True):
    """All that is known about an order when it is reviewed."""

    order: str
    state: str
    shop_ok: bool = True
    warehouse_ok: bool = True
    name: str = ""
    phone: str = ""
    area: str = ""
    street: str = ""
    masked: bool = False
    has_receiver: bool = True
    customer: str = ""
    blacklisted: bool = False
    blacklist_reason: str = ""
    courier: str = ""
    courier_ok: bool = True
    courier_cod: bool = False
    courier_max_weight: int = 0
    not_served: str = ""
    """Where the courier does not go, in its directory's words."""
    delivery_term: str = "prepaid"
    kind: str = "offline"
    returned_on: str = ""
    """When what an exchange order answers came back."""
    origin: str = "manual"
    receivable: int = 0
    platform_paid: int = 0
    uneven: int = 0
    """What is to be paid beyond what lines, postage and other charges come to; two boxes may have changed it apart."""
    paid: int = 0
    instalments: int = 0
    """What the agreed parts come to, and what of it is due by now."""
    due: int = 0
    discount: int = 0
    weight: int = 0
    frozen_reason: str = ""
    exceptions: int = 0
    refund_status: str = "none"
    revert_reason: str = ""
    goods: Sequence[Goods] = ()
    rivals: Sequence[Rival] = ()
    credit: int = 0
    owed: int = 0
    """What the customer owes by now and has on order, this order left out."""
    switches: Values = msgspec.field(default_factory=lambda: Values({}))
