"""Amounts of an order: one rounding per line, and every share adds up to the whole.

`amount` of a line is what the buyer pays for it after its own discount and its share of the order's; the order's
receivable is the sum of these amounts, the postage and the other charges, to the fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.journal import Refusal, spread, times, yuan


@dataclass(frozen=True)
class Asked:
    """What a line asks for: so many at that price, less its own discount."""

    qty: int
    price: int
    discount: int = 0

    @property
    def net(self) -> int:
        """What the line comes to before the order's discount."""
        return times(self.price, self.qty) - self.discount


@dataclass(frozen=True)
class Settled:
    """What an order comes to, with a share for each line."""

    goods_amount: int
    discount: int
    receivable: int
    amounts: list[int]
    postage_shares: list[int]


def settle(lines: Sequence[Asked], *, discount: int, postage: int, other: int) -> Settled:
    """Work out an order; refuses amounts that cannot be."""
    for place, line in enumerate(lines):
        whole = times(line.price, line.qty)
        if not 0 <= line.discount <= whole:
            raise Refusal(
                "The discount of a line is between nothing and {whole}.",
                field=f"lines.{place}.discount",
                code="discount",
                whole=yuan(whole),
            )
    nets = [line.net for line in lines]
    goods_amount = sum(nets)
    if not 0 <= discount <= goods_amount:
        raise Refusal(
            "The discount is between nothing and {whole}.", field="discount", code="discount", whole=yuan(goods_amount)
        )
    if postage < 0 or other < 0:
        raise Refusal(
            "Postage and other charges are not less than nothing.",
            field="postage" if postage < 0 else "other",
            code="charges",
        )
    amounts = [net - share for net, share in zip(nets, spread(discount, nets), strict=True)]
    return Settled(goods_amount, discount, sum(amounts) + postage + other, amounts, spread(postage, amounts))
