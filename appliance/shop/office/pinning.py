"""What notes, tasks and calls can be about: any record of the shop, and where its page is."""

from typing import Final

from appliance.journal import Desk, Refusal

ADDRESSES: Final = {
    "customer": "/customers/{id}",
    "sales_order": "/orders/{id}",
    "raw_order": "/marketplace/orders/{id}",
    "sku": "/skus/{id}",
    "goods": "/goods/{id}",
    "call": "/office/calls/{id}",
    "task": "/office/tasks/{id}",
    "money_paper": "/accounts/papers/{id}",
    "stock_paper": "/stock-papers/{id}",
}
"""Where the page of each kind is; what has none is named without a link."""

KINDS: Final = {"order": "sales_order"}
"""Names by which pages call their panels, where that is not the table's own."""


def check_about(desk: Desk, about: str, kind: str) -> None:
    """Refuse to be about something that is not here."""
    if not about and not kind:
        return
    shape = desk.journal.schema.shapes.get(kind)
    if shape is None or shape.is_fact or not desk.row(f"select 1 from {shape.table} where id = ?", about):
        raise Refusal("What this is about is not here any more.", field="about", code="missing")


def address(about: str, kind: str) -> str:
    """Return the page of what something is about, "" when it has none."""
    return ADDRESSES.get(kind, "").replace("{id}", about) if about else ""
