"""Transfers as papers: one branch asks, the branch that keeps the goods decides. No goods move here."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from appliance.journal import ONE, Anywhere, Desk, Hint, Label, Qty, Refusal, Row, Text, Words, action, derive, plain
from appliance.shop import settings
from appliance.shop.catalog import SkuId
from appliance.shop.inventory.ledger import Wanted, check_enough, check_quantity, skus_of
from appliance.shop.inventory.records import Transfer, TransferId, TransferLine
from appliance.shop.settings import WarehouseId

NUMBER = "DB"

From = Annotated[WarehouseId, Label("From the warehouse")]
To = Annotated[WarehouseId, Label("To the warehouse")]
CancelReason = Annotated[Text, Label("Reason")]


class TransferGoods(msgspec.Struct, kw_only=True, frozen=True):
    """A SKU of a transfer, and how much of it."""

    sku: SkuId
    qty: Qty = ONE


@action("Ask for a transfer")
def request_transfer(
    desk: Desk,
    *,
    source: Annotated[From, Anywhere()],
    target: To,
    lines: list[TransferGoods],
    note: Words = "",
    draft: Annotated[bool, Label("Keep as a draft"), Hint("The other branch sees it and does nothing yet.")] = False,
) -> str:
    """The branch that keeps the goods decides. Goods on their way belong to the sender until they are taken in."""
    transfer = new_transfer(desk, source, target, lines, note)
    if not draft:
        desk.step(Transfer, transfer, to="to_review")
    return transfer


@action("Change the transfer")
def change_transfer(desk: Desk, *, transfer: TransferId, lines: list[TransferGoods], note: Words = "") -> None:
    """As long as nobody has approved it."""
    found = _deciding(desk, transfer, "editing", "to_review")
    if found.branch != desk.branch:
        raise Refusal("{branch} asked for it; only there it can be changed.", branch=branch_name(desk, found.branch))
    _check_lines(desk, lines)
    standing = {row.id: row for row in lines_of(desk, transfer)}
    for place, line in enumerate(lines):
        name = line_id(transfer, line.sku)
        if name in standing:
            desk.change(TransferLine, name, asked=line.qty, place=place)
            standing.pop(name)
        else:
            desk.put(TransferLine(id=name, transfer=transfer, place=place, sku=line.sku, asked=line.qty))
    for name in standing:
        desk.remove(TransferLine, name)
    desk.change(Transfer, transfer, note=note)
    desk.about(transfer)


@action("Hand the transfer in")
def submit_transfer(desk: Desk, *, transfer: TransferId) -> None:
    """The branch that keeps the goods is asked."""
    _deciding(desk, transfer, "editing")
    desk.step(Transfer, transfer, to="to_review")


@action("Approve the transfer", undo="inventory.unapprove_transfer")
def approve_transfer(desk: Desk, *, transfer: TransferId, lines: list[TransferGoods] | None = None) -> None:
    """What is granted is kept back for it. Without lines everything is granted that was asked for."""
    found = _deciding(desk, transfer, "to_review")
    check_keeper(desk, found.source)
    asked = {row.sku: row for row in lines_of(desk, transfer)}
    granted = {line.sku: line.qty for line in lines} if lines else {sku: row.asked for sku, row in asked.items()}
    check_on_paper(granted, asked)
    check_enough(desk, found.source, [Wanted(sku, qty) for sku, qty in granted.items() if qty], free_only=True)
    if not any(granted.values()):
        raise Refusal("Nothing is granted. Cancel the transfer instead, with a reason.", field="lines")
    for sku, row in asked.items():
        desk.change(TransferLine, row.id, granted=granted.get(sku, 0))
    desk.step(Transfer, transfer, to="approved")


@action("Take the grant back", undo="inventory.approve_transfer")
def unapprove_transfer(desk: Desk, *, transfer: TransferId) -> None:
    """Nothing has left yet; the goods are free for others again."""
    found = _deciding(desk, transfer, "approved")
    check_keeper(desk, found.source)
    for row in lines_of(desk, transfer):
        desk.change(TransferLine, row.id, granted=0)
    desk.step(Transfer, transfer, to="to_review")


@action("Cancel the transfer", confirm="A cancelled transfer cannot be opened again.")
def cancel_transfer(desk: Desk, *, transfer: TransferId, reason: CancelReason) -> None:
    """Either branch may, as long as nothing has left."""
    _deciding(desk, transfer, "editing", "to_review", "approved")
    if not reason.strip():
        raise Refusal("Say why it is cancelled.", field="reason", code="reason")
    desk.change(Transfer, transfer, cancel_reason=reason.strip())
    desk.step(Transfer, transfer, to="cancelled")


# ---- what they have in common


def new_transfer(desk: Desk, source: str, target: str, lines: Sequence[TransferGoods], note: str) -> str:
    """Write a transfer that nobody has decided about yet."""
    if source == target:
        raise Refusal("The goods are in this warehouse already.", field="target", code="same_place")
    places = {field: _open_warehouse(desk, place, field) for field, place in (("source", source), ("target", target))}
    if desk.branch not in {place.branch for place in places.values()}:
        raise Refusal("One of the two warehouses must be of this branch.", field="target", code="not_ours")
    _check_lines(desk, lines)
    transfer = desk.put(
        Transfer(
            number=settings.paper_number(desk, NUMBER), source=source, target=target, branch=desk.branch, note=note,
            day=desk.day,
        )
    )  # fmt: skip
    for place, line in enumerate(lines):
        desk.put(
            TransferLine(
                id=line_id(transfer, line.sku), transfer=transfer, place=place, sku=line.sku, asked=line.qty
            )
        )  # fmt: skip
    return transfer


def line_id(transfer: str, sku: str) -> str:
    """A SKU stands on a transfer once, whoever writes it."""
    return derive("transfer_line", transfer, sku)


def lines_of(desk: Desk, transfer: str) -> list[Row]:
    """The lines of a transfer with what of each is on its way, and what was given up."""
    return desk.rows(
        "select l.*, ifnull(t.qty, 0) as way_qty, ifnull(t.value, 0) as way_value, "
        "ifnull((select c.qty from carriage c where c.line = l.id and c.kind = 'sent'), 0) as sent, "
        "-ifnull((select c.qty from carriage c where c.line = l.id and c.kind = 'came'), 0) as came, "
        "-ifnull((select c.qty from carriage c where c.line = l.id and c.kind = 'written_off'), 0) as lost, "
        "-ifnull((select c.value from carriage c where c.line = l.id and c.kind = 'written_off'), 0) as lost_value "
        "from transfer_line l left join in_transit t on t.line = l.id "
        "where l.transfer = ? and l.deleted = 0 order by l.place, l.id",
        transfer,
    )


def check_keeper(desk: Desk, warehouse: str) -> None:
    """Refuse what only the branch may do that keeps a warehouse."""
    row = desk.row("select name, branch from warehouse where id = ?", warehouse)
    if row is None or row.branch != desk.branch:
        raise Refusal(
            "{branch} keeps {warehouse}; only there this can be done.", code="not_owner",
            branch=branch_name(desk, row.branch if row else ""), warehouse=row.name if row else "-",
        )  # fmt: skip


def branch_name(desk: Desk, branch: str) -> str:
    """How a branch is called."""
    return desk.value("select name from branch where id = ?", branch) or "-"


def check_on_paper(asked: dict[str, int], lines: dict[str, Row]) -> None:
    """Refuse goods that the transfer does not hold."""
    for place, (sku, qty) in enumerate(asked.items()):
        if sku not in lines:
            raise Refusal("These goods are not on this transfer.", field=f"lines.{place}.sku")
        if qty < 0:
            raise Refusal("A quantity cannot be less than nothing.", field=f"lines.{place}.qty")


def refuse_more(desk: Desk, sentence: str, sku: str, qty: int) -> Refusal:
    """A refusal that names the goods and how much of them there is."""
    return Refusal(sentence, field="lines", name=skus_of(desk, [sku])[sku].name, qty=plain(qty))


def _deciding(desk: Desk, transfer: str, *allowed: str) -> Transfer:
    found, state = desk.get(Transfer, transfer), desk.state(Transfer, transfer)
    if desk.branch not in {
        desk.value("select branch from warehouse where id = ?", place) for place in (found.source, found.target)
    }:
        raise Refusal("This transfer is between two other branches.", code="not_ours")
    if state not in allowed:
        raise Refusal("It is {state} now; that cannot be done with it any more.", code="wrong_state", state=state)
    return found


def _open_warehouse(desk: Desk, warehouse: str, field: str) -> Row:
    row = desk.row("select * from warehouse where id = ? and deleted = 0 and made_at > 0", warehouse)
    if row is None:
        raise Refusal("Choose a warehouse.", field=field)
    if row.disabled:
        raise Refusal("{warehouse} is disabled.", field=field, warehouse=row.name)
    return row


def _check_lines(desk: Desk, lines: Sequence[TransferGoods]) -> None:
    if not lines:
        raise Refusal("Add at least one line.", field="lines")
    skus, seen = skus_of(desk, [line.sku for line in lines]), set[str]()
    for place, line in enumerate(lines):
        if line.sku in seen:
            raise Refusal("This SKU stands here twice.", field=f"lines.{place}.sku")
        seen.add(line.sku)
        check_quantity(skus[line.sku], line.qty)
