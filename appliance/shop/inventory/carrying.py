"""Carrying: goods of a transfer leave one shelf at its average cost and reach the other worth exactly the same.

Between the two they are nobody's stock and the sender's property. Each deed writes the branch's own ledger and, for the
chain, what was carried; so wherever both are known, the stock of all branches and what is on its way add up to the same
as before (spec/domain.md INV-15).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from appliance.journal import (
    ONE,
    Desk,
    Hint,
    Label,
    Money,
    Qty,
    Refusal,
    Row,
    Words,
    action,
    round_half_up,
    spread,
)
from appliance.shop.catalog import SkuId
from appliance.shop.inventory.differences import carry, report, restore, share, withdraw_open
from appliance.shop.inventory.ledger import Wanted, issue_all, receive
from appliance.shop.inventory.records import Transfer, TransferId, TransferLine
from appliance.shop.inventory.transfers import (
    From,
    To,
    TransferGoods,
    check_keeper,
    check_on_paper,
    lines_of,
    new_transfer,
    refuse_more,
)

Missing = Literal["later", "lost", "damaged", "miscounted"]
Rest = Annotated[
    Missing,
    Label("If something is missing"),
    Hint("Choose what happened to it; the sender is asked to accept that."),
]
Freight = Annotated[
    Money, Label("Carriage"), Hint("What bringing them cost; it becomes a part of what they are worth.")
]
CENTS = 100
"""Ten-thousandths of a yuan in a fen."""


class ComeGoods(msgspec.Struct, kw_only=True, frozen=True):
    """What was found in the parcel."""

    sku: SkuId
    qty: Annotated[Qty, Label("Good ones")] = ONE
    defective: Annotated[Qty, Label("Defective ones")] = 0


# ---- the sender


@action("Send the goods")
def send_transfer(desk: Desk, *, transfer: TransferId) -> None:
    """Everything that was granted and has not left yet leaves now."""
    found = _to_send(desk, transfer)
    _send(desk, transfer, found.source, {row.sku: row.granted - row.sent for row in lines_of(desk, transfer)})


@action("Send a part of the goods")
def send_part(desk: Desk, *, transfer: TransferId, lines: list[TransferGoods]) -> None:
    """The rest stays granted, until it is sent or you send no more."""
    found = _to_send(desk, transfer)
    asked = {line.sku: line.qty for line in lines}
    check_on_paper(asked, {row.sku: row for row in lines_of(desk, transfer)})
    _send(desk, transfer, found.source, asked)


@action("Send no more")
def end_sending(desk: Desk, *, transfer: TransferId) -> None:
    """What was granted and has not left is free for others again."""
    found = _to_send(desk, transfer)
    if desk.state(Transfer, transfer) != "sent":
        raise Refusal("Nothing has left yet. Cancel the transfer instead.", code="wrong_state")
    desk.change(Transfer, found.id, ended=True)


@action("Take the goods back", confirm="What is on its way comes back to the shelf it left from.")
def take_home(desk: Desk, *, transfer: TransferId) -> None:
    """They came back, or they never left; they are worth what they were."""
    found = _on_its_way(desk, transfer)
    check_keeper(desk, found.source)
    for row in lines_of(desk, transfer):
        if row.way_qty > 0:
            withdraw_open(desk, row.id)
            carry(desk, row, "came_home", -row.way_qty, -row.way_value)
            receive(
                desk, warehouse=found.source, sku=row.sku, qty=row.way_qty, cost=None, value=row.way_value,
                kind="transfer_in", document=transfer, line=row.id,
            )  # fmt: skip
    desk.change(Transfer, transfer, ended=True)
    desk.about(transfer)


@action("Put the count right", confirm="What was given up or taken back is on its way again, and so it was taken in.")
def restore_transfer(desk: Desk, *, transfer: TransferId) -> None:
    """The sender gave goods up, or took them back, while they were taken in elsewhere: that is undone."""
    found = desk.get(Transfer, transfer)
    check_keeper(desk, found.source)
    over = [row for row in lines_of(desk, transfer) if row.way_qty < 0]
    if not over:
        raise Refusal("Nothing of it was counted twice.", code="nothing")
    for row in over:
        restore(desk, found, row, -row.way_qty)
    desk.about(transfer)


# ---- the receiver


@action("Take all of it in")
def take_in_all(desk: Desk, *, transfer: TransferId) -> None:
    """Everything that is on its way is here, and good."""
    found = _on_its_way(desk, transfer)
    check_keeper(desk, found.target)
    came = {row.sku: ComeGoods(sku=row.sku, qty=row.way_qty) for row in lines_of(desk, transfer) if row.way_qty > 0}
    _take_in(desk, found, came, "later", 0)


@action("Count and take in")
def take_in(
    desk: Desk, *, transfer: TransferId, lines: list[ComeGoods], rest: Rest = "later", freight: Freight = 0,
    remark: Annotated[Words, Label("What you found")] = "",
) -> None:  # fmt: skip
    """Write what you count. What is missing or too much becomes a difference that the sender accepts or explains."""
    found = _on_its_way(desk, transfer)
    check_keeper(desk, found.target)
    came = {line.sku: line for line in lines}
    if len(came) < len(lines):
        raise Refusal("A SKU stands here twice.", field="lines")
    if freight < 0:
        raise Refusal("Carriage cannot cost less than nothing.", field="freight")
    rows = {row.sku: row for row in lines_of(desk, transfer)}
    check_on_paper({sku: min(line.qty, line.defective) for sku, line in came.items()}, rows)
    _take_in(desk, found, came, rest, freight, remark)


# ---- both at once


@action("Move to another shelf")
def move_stock(desk: Desk, *, source: From, target: To, lines: list[TransferGoods], note: Words = "") -> str:
    """Between two warehouses of this branch the goods leave and come in one go."""
    transfer = new_transfer(desk, source, target, lines, note)
    check_keeper(desk, source)
    check_keeper(desk, target)
    for row in lines_of(desk, transfer):
        desk.change(TransferLine, row.id, granted=row.asked)
    desk.change(Transfer, transfer, ended=True)
    _send(desk, transfer, source, {line.sku: line.qty for line in lines})
    _take_in(
        desk, desk.get(Transfer, transfer), {one.sku: ComeGoods(sku=one.sku, qty=one.qty) for one in lines}, "later", 0
    )
    return transfer


# ---- the deeds


def _to_send(desk: Desk, transfer: str) -> Transfer:
    found, state = desk.get(Transfer, transfer), desk.state(Transfer, transfer)
    check_keeper(desk, found.source)
    if state not in {"approved", "sent"}:
        raise Refusal("It is {state} now; that cannot be done with it any more.", code="wrong_state", state=state)
    if found.ended:
        raise Refusal("You said that no more is sent. Write a new transfer.", code="ended")
    return found


def _send(desk: Desk, transfer: str, source: str, asked: Mapping[str, int]) -> None:
    rows = [row for row in lines_of(desk, transfer) if asked.get(row.sku)]
    if not rows:
        raise Refusal("Nothing is left to be sent.", code="nothing", field="lines")
    for row in rows:
        if asked[row.sku] > row.granted - row.sent:
            raise refuse_more(
                desk, "Only {qty} of {name} are granted and have not left.", row.sku, row.granted - row.sent
            )
    # Told twice by two boxes of one branch it is one parcel, as long as both told the same.
    causes = [f"sent {row.id} {row.sent} {asked[row.sku]}" for row in rows]
    wanted = [Wanted(row.sku, asked[row.sku], row.id, cause) for row, cause in zip(rows, causes, strict=True)]
    values = issue_all(desk, warehouse=source, wanted=wanted, kind="transfer_out", document=transfer)
    for row, one, value in zip(rows, wanted, values, strict=True):
        carry(desk, row, "sent", one.qty, value, cause=one.cause)
    if desk.state(Transfer, transfer) != "sent":
        desk.step(Transfer, transfer, to="sent")
    desk.about(transfer)


def _on_its_way(desk: Desk, transfer: str) -> Transfer:
    found = desk.get(Transfer, transfer)
    if not desk.value("select 1 from carried where transfer = ? limit 1", transfer):
        raise Refusal("Nothing of this transfer is on its way.", code="nothing")
    return found


def _take_in(
    desk: Desk, found: Transfer, came: Mapping[str, ComeGoods], rest: Missing, freight: int, note: str = ""
) -> None:
    rows = [row for row in lines_of(desk, found.id) if row.sku in came or (rest != "later" and row.way_qty > 0)]
    counted = [came.get(row.sku) or ComeGoods(sku=row.sku, qty=0) for row in rows]
    if not any(line.qty or line.defective for line in counted) and rest == "later":
        raise Refusal("Write how much has come.", field="lines")
    charges = _freight_by_line(rows, counted, freight)
    for row, line, charge in zip(rows, counted, charges, strict=True):
        withdraw_open(desk, row.id)
        _take_line_in(desk, found, row, line, charge)
        missing = row.way_qty - line.qty - line.defective
        if missing > 0 and rest != "later":
            report(desk, row, -missing, rest, note)
        elif missing < 0:
            report(desk, row, -missing, "miscounted", note)
    desk.about(found.id)


def _take_line_in(desk: Desk, found: Transfer, row: Row, line: ComeGoods, freight: int) -> None:
    """Good ones first: what came beyond that was sent is in nobody's books until the sender accepts it."""
    way, value = max(row.way_qty, 0), row.way_value
    whole = min(way, line.qty + line.defective)
    done = 0
    for quality, counted in (("good", line.qty), ("defective", line.defective)):
        qty = min(counted, way)
        if qty <= 0:
            continue
        worth, charge = share(way, value, qty), share(whole - done, freight, qty)
        cause = f"came {row.id} {row.came + done} {qty} {quality}"
        carry(desk, row, "came", -qty, -worth, cause=cause)
        receive(
            desk, warehouse=found.target, sku=row.sku, qty=qty, cost=None, value=worth + charge, kind="transfer_in",
            document=found.id, line=row.id, quality="good" if quality == "good" else "defective", cause=cause,
        )  # fmt: skip
        way, value, freight, done = way - qty, value - worth, freight - charge, done + qty


def _freight_by_line(rows: Sequence[Row], counted: Sequence[ComeGoods], freight: int) -> list[int]:
    """Lay the carriage on the lines by what they are worth, or by how much they are where nobody knows the worth."""
    taken = [min(max(row.way_qty, 0), line.qty + line.defective) for row, line in zip(rows, counted, strict=True)]
    if not freight:
        return [0] * len(rows)
    worth = [
        round_half_up(row.way_value * qty, row.way_qty) if qty else 0 for row, qty in zip(rows, taken, strict=True)
    ]
    return spread(freight * CENTS, worth if any(worth) else taken)
