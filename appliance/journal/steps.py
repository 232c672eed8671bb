"""Steps: where a document stands when two boxes took it different ways."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from appliance.journal.shapes import Flow


def standing(flow: Flow, steps: Sequence[Any], author: Callable[[int], bytes]) -> tuple[str, str, int, int]:
    """Walk the tree of a document's steps from its root, at each fork down the preferred branch.

    `author` names who wrote at a place. Returns the last step, its state and stamp, and 1 where there was a fork.
    """
    # A step may be heard of before the one it follows, which another branch took: what was shipped is shipped all the same.
    known, children = {row["id"] for row in steps}, dict[str, list[Any]]()
    for row in steps:
        children.setdefault(row["parent"] if row["parent"] in known else "", []).append(row)
    best = _reach(flow, children)
    tip, state, hlc, forked = "", flow.start, 0, 0
    following = children.get("", [])
    while following:
        forked |= len(following) > 1
        chosen = min(following, key=lambda r: (-best[r["id"]], r["hlc"], author(r["place"])))
        tip, state, hlc = chosen["id"], chosen["state"], chosen["hlc"]
        following = children.get(tip, [])
    return tip, state, hlc, forked


def _reach(flow: Flow, children: Mapping[str, list[Any]]) -> dict[str, int]:
    """For each step the highest rank at which a branch below it ends; a step that nothing follows is such an end."""
    order = list(children.get("", []))
    for row in order:
        order.extend(children.get(row["id"], []))
    best: dict[str, int] = {}
    for row in reversed(order):
        below = [best[child["id"]] for child in children.get(row["id"], [])]
        best[row["id"]] = max(below) if below else flow.rank.get(row["state"], 0)
    return best
