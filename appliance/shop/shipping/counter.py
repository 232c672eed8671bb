"""The counter: goods, money and the finished order in one action."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from appliance.journal import Desk, Hint, Label, Money, Refusal, Words, action, yuan
from appliance.shop import accounts, inventory, orders
from appliance.shop.accounts import AccountId, Part
from appliance.shop.customers import CustomerId
from appliance.shop.inventory import Wanted
from appliance.shop.orders import Asking, NewLine, SalesOrder
from appliance.shop.settings import Shop, ShopId, WarehouseId
from appliance.shop.shipping.money import charge_sale, party_of


class Tender(msgspec.Struct, kw_only=True, frozen=True):
    """One way in which a sale is paid, and how much of it."""

    account: Annotated[AccountId, Label("Paid into")] = ""
    amount: Money = 0


@action("Counter sale")
def counter_sale(
    desk: Desk,
    *,
    shop: ShopId,
    lines: list[NewLine],
    customer: CustomerId = "",
    account: Annotated[AccountId, Label("Paid into"), Hint("Empty for the shop's own account.")] = "",
    tenders: Annotated[
        list[Tender],
        Label("Paid in several ways"),
        Hint("Part in cash, part in a wallet: together what is to be paid."),
    ] = [],  # noqa: B006 - read, never written
    discount: Money = 0,
    on_account: Annotated[bool, Label("The customer pays later")] = False,
    warehouse: WarehouseId = "",
    remark: Words = "",
) -> str:
    """Scan, take the money, done: the goods leave the shelf and the order is complete."""
    if on_account and not customer:
        raise Refusal("Who pays later must be known. Choose the customer.", field="customer", code="no_customer")
    asking = Asking(
        shop=shop, lines=lines, customer=customer, warehouse=warehouse, discount=discount, kind="counter",
        delivery_term="on_account" if on_account else "prepaid", remark=remark,
    )  # fmt: skip
    order = orders.open_order(desk, asking)
    found = desk.get(SalesOrder, order)
    orders.check_sale(desk, order)
    if on_account:
        accounts.check_credit(desk, customer=found.customer, amount=found.receivable)
    costs = _hand_over(desk, found)
    charge_sale(desk, found)
    if found.receivable and not on_account:
        _take_money(desk, found, account or desk.get(Shop, shop).account, [one for one in tenders if one.amount])
    orders.mark_sold(desk, order, costs)
    return order


def _hand_over(desk: Desk, order: SalesOrder) -> dict[str, int]:
    lines = desk.rows(
        "select id, sku, qty from sales_order_line where sales_order = ? and deleted = 0 order by place", order.id
    )
    wanted = [Wanted(line.sku, line.qty, line.id) for line in lines]
    values = inventory.issue_all(desk, warehouse=order.warehouse, wanted=wanted, kind="sale_out", document=order.id)
    return {line.id: value for line, value in zip(lines, values, strict=True)}


def _take_money(desk: Desk, order: SalesOrder, account: str, tenders: Sequence[Tender]) -> None:
    """Into one account, or part by part into several; a part that names none goes into the first."""
    if not account and not (tenders and all(one.account for one in tenders)):
        raise Refusal("Choose where the money goes.", field="account", code="no_account")
    given = sum(one.amount for one in tenders)
    if tenders and given != order.receivable:
        raise Refusal(
            "{given} was given; it comes to {due}.", field="tenders", code="tenders", given=yuan(given),
            due=yuan(order.receivable),
        )  # fmt: skip
    accounts.receive(
        desk, account=account or tenders[0].account, party=party_of(order), party_kind="customer",
        amount=order.receivable, document=order.id, about=order.number,
        lines=[Part(amount=one.amount, account=one.account) for one in tenders],
    )  # fmt: skip
