"""Changing orders that have not been approved: whom they go to, what is in them, and what is written beside them."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from appliance.journal import ONE, Desk, Hint, Label, Money, Phone, Refusal, Text, Words, action
from appliance.shop.customers import Customer as CustomerFile
from appliance.shop.customers import CustomerId, current
from appliance.shop.orders.amounts import Settled, settle
from appliance.shop.orders.payments import paid
from appliance.shop.orders.receivers import checked_receiver
from appliance.shop.orders.records import (
    EDITABLE,
    OPEN,
    FlagColour,
    InvoiceKind,
    NewLine,
    NewReceiver,
    OrderMarkId,
    Receiver,
    SalesOrder,
    SalesOrderId,
    SalesOrderLine,
)
from appliance.shop.orders.taking import (
    Priced,
    check_discount,
    check_margin,
    price_lines,
    usable_courier,
    usable_warehouse,
)
from appliance.shop.settings import CourierId, Packaging, PackagingId, WarehouseId, mark_of, tax_in


@action("Change receiver")
def change_receiver(
    desk: Desk,
    *,
    order: SalesOrderId,
    name: Text,
    phone: Phone = "",
    province: Text = "",
    city: Text = "",
    district: Text = "",
    street: Text = "",
    zip: Annotated[Text, Label("Postcode")] = "",
) -> None:
    """Paste a whole address into the street; it is cut into its parts."""
    found = _editable(desk, order)
    given = NewReceiver(name=name, phone=phone, province=province, city=city, district=district, street=street, zip=zip)
    receiver = checked_receiver(given)
    if found.receiver:
        fields = msgspec.structs.asdict(receiver)
        for kept in ("id", "invoice_title", "invoice_kind", "tax_no"):
            fields.pop(kept)
        desk.change(Receiver, found.receiver, **fields)
    else:
        desk.change(SalesOrder, order, receiver=desk.put(receiver))
    desk.change(SalesOrder, order, edited_at=desk.at)


@action("Write invoice")
def set_invoice(
    desk: Desk,
    *,
    order: SalesOrderId,
    invoice_title: Annotated[Text, Label("Made out to"), Hint("Empty: no invoice is asked for.")] = "",
    tax_no: Annotated[Text, Label("Tax number")] = "",
    invoice_kind: InvoiceKind = "plain_invoice",
) -> None:
    """What the buyer wants written on the invoice, at any time."""
    found, title, number = desk.get(SalesOrder, order), invoice_title.strip(), tax_no.strip().upper()
    if number and not (number.isascii() and number.isalnum() and 15 <= len(number) <= 20):
        raise Refusal("A tax number has 15 to 20 letters and digits.", field="tax_no", code="tax_no")
    if not title and number:
        raise Refusal("Say whom the invoice is made out to.", field="invoice_title", code="title")
    if title and invoice_kind == "special_invoice" and not number:
        raise Refusal("A special invoice needs the tax number of who gets it.", field="tax_no", code="tax_no")
    receiver = found.receiver or desk.put(Receiver())
    desk.change(Receiver, receiver, invoice_title=title, invoice_kind=invoice_kind, tax_no=number)
    desk.change(SalesOrder, order, receiver=receiver, edited_at=desk.at)


@action("Choose customer")
def change_customer(desk: Desk, *, order: SalesOrderId, customer: CustomerId) -> None:
    """Whose order it is; the receiver stays as it is."""
    _editable(desk, order)
    file = desk.get(CustomerFile, current(desk, customer))
    if file.disabled:
        raise Refusal("{name} is not a customer any more.", field="customer", code="disabled", name=file.name)
    if desk.value("select amount from received_for where document = ?", order):
        raise Refusal("Money was taken from the customer of this order; it cannot become another's.", code="paid")
    desk.change(SalesOrder, order, customer=file.id)


@action("Choose courier")
def change_courier(desk: Desk, *, order: SalesOrderId, courier: CourierId = "") -> None:
    """Empty when the buyer fetches it or somebody of ours brings it."""
    _before_shipping(desk, order)
    desk.change(SalesOrder, order, courier=usable_courier(desk, courier))


@action("Choose packaging")
def change_packaging(desk: Desk, *, order: SalesOrderId, packaging: PackagingId = "") -> None:
    """The box or bag it is sent in; its weight, size and cost count in what is estimated."""
    _before_shipping(desk, order)
    if packaging and (found := desk.get(Packaging, packaging)).disabled:
        raise Refusal("{name} is disabled. Choose another.", field="packaging", code="disabled", name=found.name)
    desk.change(SalesOrder, order, packaging=packaging)


@action("Choose warehouse")
def change_warehouse(desk: Desk, *, order: SalesOrderId, warehouse: WarehouseId) -> None:
    """Where the goods leave from; what the order holds moves along."""
    _editable(desk, order)
    desk.change(SalesOrder, order, warehouse=usable_warehouse(desk, warehouse))


@action("Write remark")
def change_remark(desk: Desk, *, order: SalesOrderId, remark: Words = "", print_remark: Words = "") -> None:
    """The first is for us, the second is printed on the packing slip."""
    desk.get(SalesOrder, order)
    desk.change(SalesOrder, order, remark=remark.strip(), print_remark=print_remark.strip())


@action("Set flag")
def set_flag(desk: Desk, *, order: SalesOrderId, flag: FlagColour) -> None:
    """The five flags of the marketplace."""
    desk.get(SalesOrder, order)
    desk.change(SalesOrder, order, flag=flag)


@action("Set mark")
def set_mark(desk: Desk, *, order: SalesOrderId, mark: Annotated[OrderMarkId, Label("Mark")] = "") -> None:
    """A mark of the directory, by which orders are found again; none takes it away."""
    desk.get(SalesOrder, order)
    chosen = mark_of(desk, mark, "sales_order")
    desk.change(SalesOrder, order, mark=chosen.name, mark_id=mark, mark_colour=chosen.colour)


@action("Change goods of the order")
def change_lines(
    desk: Desk,
    *,
    order: SalesOrderId,
    lines: list[NewLine],
    discount: Money = 0,
    postage: Money = 0,
    other: Annotated[Money, Label("Other charges")] = 0,
) -> None:
    """Amounts are worked out anew. What was paid stays paid; review says if it is not enough any more."""
    found, state = _editable(desk, order), desk.state(SalesOrder, order)
    if state == "to_finance_review":
        raise Refusal("The accountant is looking at it. Send it back to review first.", code="wrong_state")
    customer = desk.find(CustomerFile, found.customer) if found.customer else None
    priced = price_lines(desk, lines, customer)
    settled = settle([one.asked for one in priced], discount=discount, postage=postage, other=other)
    check_discount(desk, priced, settled)
    check_margin(desk, found.warehouse, priced, settled)
    already = paid(desk, order)
    if found.platform_paid == 0 and settled.receivable < already:
        raise Refusal("More was paid already than this comes to. Pay the difference back first.", code="overpaid")
    _write(desk, order, priced, settled)
    weight = sum(one.sku.weight * one.asked.qty // ONE for one in priced)
    desk.change(
        SalesOrder, order, goods_amount=settled.goods_amount, discount=discount, postage=postage, other=other,
        receivable=settled.receivable, weight=weight, edited_at=desk.at,
    )  # fmt: skip


def _write(desk: Desk, order: str, priced: Sequence[Priced], settled: Settled) -> None:
    """Lines that stand keep their id, and with it what the platform said of them; those nobody named any more go."""
    left = list(_standing(desk, order))
    for place, one in enumerate(priced):
        sold = {
            "place": place, "sku": one.sku.id, "code": one.sku.code, "title": one.title, "spec": one.sku.spec,
            "picture": one.picture, "qty": one.asked.qty, "list_price": one.list_price, "price": one.asked.price,
            "discount": one.asked.discount, "amount": settled.amounts[place],
            "postage_share": settled.postage_shares[place], "gift": one.gift,
            "tax": tax_in(desk, one.sku.tax_rate, settled.amounts[place]),
        }  # fmt: skip
        was = _same(left, one)
        if was is None:
            desk.put(msgspec.convert({**sold, "sales_order": order}, SalesOrderLine))
        else:
            left.remove(was)
            desk.change(SalesOrderLine, was.id, **sold)
    for gone in left:
        desk.remove(SalesOrderLine, gone.id)


def _same(left: Sequence[SalesOrderLine], one: Priced) -> SalesOrderLine | None:
    """Find the standing line that this one is: the same goods, else goods that nobody had named yet."""
    same = [line for line in left if line.sku == one.sku.id and line.gift == one.gift]
    return next(iter([*same, *(line for line in left if not line.sku)]), None)


def _standing(desk: Desk, order: str) -> Sequence[SalesOrderLine]:
    return [
        desk.get(SalesOrderLine, row.id)
        for row in desk.rows(
            "select id from sales_order_line where sales_order = ? and deleted = 0 order by place", order
        )
    ]


def _editable(desk: Desk, order: str) -> SalesOrder:
    """Return an order that may still be changed."""
    state = desk.state(SalesOrder, order)
    if state not in EDITABLE:
        raise Refusal(
            "It is {state} now; take the approval back before you change it.", code="wrong_state", state=state
        )
    return desk.get(SalesOrder, order)


def _before_shipping(desk: Desk, order: str) -> None:
    """The courier may change until the parcel leaves, even on an approved order."""
    state = desk.state(SalesOrder, order)
    if state not in {"draft", *OPEN}:
        raise Refusal("It is {state} now; that cannot be done with it any more.", code="wrong_state", state=state)
