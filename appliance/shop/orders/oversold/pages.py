"""What can be seen of goods that are sold more often than they are there: who sold first, and the ways out."""

from collections.abc import Mapping, Sequence
from typing import Any

from appliance.web import Do, Go, Problem


def _ways_out(row: Mapping[str, Any]) -> Sequence[Do | Go]:
    """Bring a piece from elsewhere; or offer the buyer who came last something else, or the money back."""
    ways: list[Do | Go] = []
    if row["elsewhere"]:
        line = {"lines.0.sku": row["sku"], "lines.0.qty": "1"}
        asked = {"source": row["elsewhere"], "target": row["place"], **line}
        ways.append(Do("Ask for a transfer", "inventory.request_transfer", **asked))
    if row["last_order"]:
        ways.append(Go("Offer the last buyer something else, or the money back", f"/orders/{row['last_order']}"))
    return ways


PROBLEMS = {
    "problem_oversold": Problem(
        "{promised} of {name} are sold from {warehouse}, and {on_hand} are there. Who bought first is served first.",
        href="/orders?view=short",
        kinds={"promised": "qty", "on_hand": "qty"},
        needs=("place", "sku", "last_order", "elsewhere"),
        sides="oversold_side",
        settle=_ways_out,
    )
}
