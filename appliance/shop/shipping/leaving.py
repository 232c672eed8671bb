"""Parcels leave, and sometimes come back the same day: stock, money and the order's state move together."""

from typing import Annotated

from appliance.journal import ONE, Code, Desk, Label, Refusal, Text, Weight, action
from appliance.shop import inventory, orders, settings
from appliance.shop.inventory import Wanted
from appliance.shop.orders import SalesOrder, SalesOrderId
from appliance.shop.settings import Courier, CourierId, Packaging, PackagingId
from appliance.shop.shipping.money import charge_sale, take_charge_back
from appliance.shop.shipping.records import Parcel, ParcelId, ParcelLine, Shipped, TakenBack

Waybill = Annotated[Code, Label("Waybill number")]
REUSED_AFTER_MS = 180 * 24 * 3600 * 1000


@action("Pack parcel")
def pack(
    desk: Desk,
    *,
    order: SalesOrderId,
    courier: CourierId = "",
    waybill: Waybill = "",
    weight: Weight = 0,
    packaging: PackagingId = "",
) -> str:
    """Give the order its parcel and waybill number before the courier comes; nothing leaves yet."""
    found = orders.check_ready(desk, order)
    standing = packed_parcel(desk, order)
    if standing is None:
        return _pack(desk, found, courier, waybill, weight, packaging)
    _label(desk, standing, courier or standing.courier, waybill or standing.waybill)
    if weight or packaging:
        desk.change(Parcel, standing.id, weight=weight or standing.weight, packaging=packaging or standing.packaging)
    return standing.id


@action("Ship")
def ship(
    desk: Desk,
    *,
    order: SalesOrderId,
    courier: CourierId = "",
    waybill: Waybill = "",
    weight: Weight = 0,
    packaging: PackagingId = "",
) -> str:
    """The parcel leaves: its goods leave the shelf and the customer owes what is not paid yet."""
    found = orders.check_ready(desk, order)
    parcel = pack(desk, order=order, courier=courier, waybill=waybill, weight=weight, packaging=packaging)
    _leave(desk, found, desk.get(Parcel, parcel))
    return parcel


@action("Ship as packed")
def ship_packed(desk: Desk, *, order: SalesOrderId) -> str:
    """Ships the parcel that is ready, with the waybill number it has."""
    found = orders.check_ready(desk, order)
    parcel = packed_parcel(desk, order)
    if parcel is None:
        raise Refusal(
            "Order {number} has no parcel yet. Give it a waybill number first.",
            code="no_parcel",
            remedy=f"/do/shipping/ship?order={order}",
            number=found.number,
        )
    _leave(desk, found, parcel)
    return parcel.id


@action("Ship what is scanned")
def scan_out(desk: Desk, *, code: Annotated[Code, Label("Waybill or order number")]) -> str:
    """Scan the label of a packed parcel, or the number of an order whose parcel is ready."""
    typed = code.strip()
    parcel = desk.value(
        "select id from parcel where waybill = ? and state = 'packed' and deleted = 0 order by id desc limit 1", typed
    )
    if parcel:
        return ship_packed(desk, order=desk.get(Parcel, parcel).sales_order)
    order = desk.value("select id from order_list where number = ?", typed.upper())
    if order:
        return ship_packed(desk, order=order)
    raise Refusal("No packed parcel and no order is called {typed}.", field="code", code="unknown", typed=typed[:40])


@action("Unpack parcel")
def unpack(desk: Desk, *, parcel: ParcelId) -> None:
    """The parcel is taken apart before it left; its waybill number is free again."""
    if desk.state(Parcel, parcel) != "packed":
        raise Refusal("Only a parcel that has not left can be unpacked.", code="wrong_state")
    desk.step(Parcel, parcel, to="void")
    desk.about(desk.get(Parcel, parcel).sales_order)


@action("Take shipping back")
def undo_ship(desk: Desk, *, parcel: ParcelId, reason: Annotated[Text, Label("Reason")]) -> None:
    """Before the day is over the goods come back at the cost they left with, and the charge is reversed."""
    found = desk.get(Parcel, parcel)
    if desk.state(Parcel, parcel) != "shipped":
        raise Refusal("This parcel has not left.", code="wrong_state")
    if found.shipped_on != desk.day:
        raise Refusal(
            "It left on {day}. What left on another day comes back as a return.", code="other_day", day=found.shipped_on
        )
    if desk.state(SalesOrder, found.sales_order) == "completed":
        raise Refusal("The order is completed. What comes back now is a return.", code="completed")
    if not reason.strip():
        raise Refusal("Say why it comes back.", field="reason", code="reason")
    _come_back(desk, found, reason.strip())


# ---- packing


def packed_parcel(desk: Desk, order: str) -> Parcel | None:
    """Return the parcel that is ready for an order."""
    found = desk.value("select max(id) from parcel where sales_order = ? and state = 'packed' and deleted = 0", order)
    return desk.get(Parcel, found) if found else None


def _pack(desk: Desk, order: SalesOrder, courier: str, waybill: str, weight: int, packaging: str) -> str:
    parcel = desk.put(
        Parcel(
            number=settings.paper_number(desk, "CK"), sales_order=order.id, weight=weight or order.weight,
            packaging=packaging or order.packaging,
        )
    )  # fmt: skip
    _label(desk, desk.get(Parcel, parcel), courier or order.courier, waybill)
    desk.about(order.id)
    return parcel


def _label(desk: Desk, parcel: Parcel, courier: str, waybill: str) -> None:
    """Write courier and waybill on a parcel; no two parcels carry one number."""
    number = waybill.strip().upper()
    name = ""
    if courier:
        carrier = desk.get(Courier, courier)
        if carrier.disabled:
            raise Refusal("{name} does not carry for us any more.", field="courier", code="disabled", name=carrier.name)
        name = carrier.name
    if number:
        other = desk.row(
            "select number from parcel where waybill = ? and courier = ? and id <> ? and deleted = 0 "
            "and state <> 'void' and made_at > ?",
            number, courier, parcel.id, desk.at - REUSED_AFTER_MS,
        )  # fmt: skip
        if other is not None:
            raise Refusal(
                "Waybill {waybill} is on parcel {number} already. Scan the label of this parcel.",
                field="waybill", code="waybill_twice", waybill=number, number=other.number,
            )  # fmt: skip
    desk.change(Parcel, parcel.id, courier=courier, courier_name=name, waybill=number)


# ---- leaving and coming back


def _leave(desk: Desk, order: SalesOrder, parcel: Parcel) -> None:
    if parcel.courier and not parcel.waybill:
        raise Refusal(
            "Order {number} goes with {courier}, so it needs a waybill number.", field="waybill", code="no_waybill",
            remedy=f"/do/shipping/ship?order={order.id}", number=order.number, courier=parcel.courier_name,
        )  # fmt: skip
    lines = desk.rows(
        "select id, sku, qty from sales_order_line where sales_order = ? and deleted = 0 and qty > 0 order by place",
        order.id,
    )
    wanted = [Wanted(line.sku, line.qty, line.id) for line in lines]
    values = inventory.issue_all(
        desk, warehouse=order.warehouse, wanted=wanted, kind="sale_out", document=parcel.id,
        promised=orders.promised_by(desk, order.id),
    )  # fmt: skip
    for line in lines:
        desk.put(
            ParcelLine(parcel=parcel.id, sales_order=order.id, sales_order_line=line.id, sku=line.sku, qty=line.qty)
        )
    _use_up(desk, order, parcel)
    desk.step(Parcel, parcel.id, to="shipped")
    desk.change(Parcel, parcel.id, shipped_on=desk.day)
    desk.add(
        Shipped(parcel=parcel.id, sales_order=order.id, courier=parcel.courier, waybill=parcel.waybill, day=desk.day)
    )
    charge_sale(desk, order)
    orders.mark_shipped(desk, order.id, {line.id: value for line, value in zip(lines, values, strict=True)})


def _use_up(desk: Desk, order: SalesOrder, parcel: Parcel) -> None:
    """The box that it is sent in leaves its shelf too. A parcel does not wait because somebody miscounted boxes."""
    sku = desk.get(Packaging, parcel.packaging).sku if parcel.packaging else ""
    if sku:
        inventory.issue(
            desk, warehouse=order.warehouse, sku=sku, qty=ONE, kind="other_out", document=parcel.id, line=parcel.id,
            reason=desk.get(Packaging, parcel.packaging).name, forced=True,
        )  # fmt: skip


def _come_back(desk: Desk, parcel: Parcel, reason: str) -> None:
    order = desk.get(SalesOrder, parcel.sales_order)
    for line in desk.rows("select * from parcel_line where parcel = ? and deleted = 0", parcel.id):
        inventory.give_back(
            desk, warehouse=order.warehouse, sku=line.sku, qty=line.qty, kind="undone", document=parcel.id,
            line=line.sales_order_line, reason=reason,
        )  # fmt: skip
        desk.remove(ParcelLine, line.id)
    _put_back(desk, order, parcel, reason)
    desk.step(Parcel, parcel.id, to="packed")
    desk.change(Parcel, parcel.id, shipped_on="")
    desk.add(TakenBack(parcel=parcel.id, sales_order=order.id, reason=reason, day=desk.day))
    desk.about(order.id)
    still_gone = desk.value(
        "select 1 from parcel where sales_order = ? and state = 'shipped' and deleted = 0 limit 1", order.id
    )
    if not still_gone:
        take_charge_back(desk, order)
        orders.mark_unshipped(desk, order.id)


def _put_back(desk: Desk, order: SalesOrder, parcel: Parcel, reason: str) -> None:
    """The box comes back with its goods, if one was taken for it."""
    used = desk.row(
        "select sku from moved where document = ? and line = ? group by sku having sum(qty) < 0", parcel.id, parcel.id
    )
    if used is not None:
        inventory.give_back(
            desk, warehouse=order.warehouse, sku=used.sku, qty=ONE, kind="undone", document=parcel.id, line=parcel.id,
            reason=reason,
        )  # fmt: skip
