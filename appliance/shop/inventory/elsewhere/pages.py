"""What can be seen of stock elsewhere: the panels beside goods and SKUs, and who has what somebody asks for."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from appliance.journal import Row
from appliance.shop.inventory.elsewhere import NAME, OLD_MS, Heard
from appliance.web import Answer, Visit, page, panel

HOUR_MS = 3_600_000
FOUND = 8
"""So many SKUs are shown for a text; whoever sees more types more of it."""
EACH = 100
LONGEST = 80


class Told(NamedTuple):
    """One sentence: up to when a branch's stock is known here, and whether that is old."""

    text: str
    old: bool


def heard_of(visit: Visit, branch: str) -> Told | None:
    """Say up to when a branch's stock is known here; nothing of one's own, which is always true."""
    return told(visit, [branch]).get(branch)


def told(visit: Visit, branches: Iterable[str]) -> dict[str, Told]:
    """Say it of several branches."""
    hearing: Callable[..., Mapping[str, Heard]] | None = visit.front.gauges.get(NAME)
    others = [one for one in dict.fromkeys(branches) if one and one != visit.branch]
    if hearing is None or not others:
        return {}
    return {branch: _said(visit, heard.at_ms, heard.behind) for branch, heard in hearing(others).items()}


def _said(visit: Visit, at_ms: int, behind: Sequence[tuple[str, int]]) -> Told:
    words = visit.words
    if not at_ms:
        return Told(words("Nothing was heard of it yet"), old=True)
    ago = visit.at - at_ms
    when = words.moment(at_ms, visit.at)
    if behind:
        code, then = behind[0]
        since = words.moment(then, visit.at)
        return Told(
            words("As told {when}, but by its box {code} only up to {then}", when=when, code=code, then=since), old=True
        )
    if ago < OLD_MS:
        return Told(words("As told {when}", when=when), old=False)
    if ago < 48 * HOUR_MS:
        return Told(words("Told {hours} h ago, {when}: ask there first", hours=ago // HOUR_MS, when=when), old=True)
    return Told(words("Told {days} days ago, {when}: ask there first", days=ago // (24 * HOUR_MS), when=when), old=True)


# ---- panels


@panel("/panel/inventory/sku/{id}", see="inventory.see", beside="sku", title="Stock")
def stock_of_sku(visit: Visit, id: str) -> Answer:
    """Where a SKU lies."""
    return _levels(visit, _of_skus(visit, [id]))


@panel("/panel/inventory/goods/{id}", see="inventory.see", beside="goods", title="Stock")
def stock_of_goods(visit: Visit, id: str) -> Answer:
    """Where the SKUs of these goods lie."""
    rows = visit.rows(
        "select l.* from sku s join stock_level l on l.sku = s.id where s.goods = ? "
        "order by l.branch <> ?, l.warehouse_name, l.code limit ?",
        id, visit.branch, EACH,
    )  # fmt: skip
    return _levels(visit, rows)


@panel("/panel/inventory/shelf/{id}", see="inventory.see", beside="shelf", title="In other warehouses")
def stock_beside_shelf(visit: Visit, id: str) -> Answer:
    """Where else the SKU of a shelf lies; a shelf is named by its warehouse and its SKU."""
    others = [one for one in _of_skus(visit, [id.partition(".")[2]]) if one.id != id]
    return _levels(visit, others, elsewhere=True)


def _levels(visit: Visit, levels: list[Row], *, elsewhere: bool = False) -> Answer:
    heard = told(visit, [one.branch for one in levels])
    return visit.show(
        "inventory/levels.html", title=visit.words("Stock"), levels=levels, heard=heard, elsewhere=elsewhere
    )


def _of_skus(visit: Visit, skus: Sequence[str]) -> list[Row]:
    """Where SKUs lie, here first."""
    return visit.rows(
        "select l.* from json_each(?) j cross join stock_level l on l.sku = j.value "
        "order by j.key, l.branch <> ?, l.warehouse_name limit ?",
        json.dumps(list(skus)), visit.branch, EACH * len(skus) + 1,
    )  # fmt: skip


# ---- who has it


@page("/where", see="inventory.see")
def where(visit: Visit) -> Answer:
    """A customer asks whether another branch still has it."""
    text = visit.query.get("q", "").strip()[:LONGEST]
    found = visit.search("sku_list", text, FOUND) if text else []
    asked = "select id, name, code, picture from sku_list where rowid in (select value from json_each(?)) order by name"
    skus = visit.rows(asked, json.dumps(found)) if found else []
    levels = _of_skus(visit, [one.id for one in skus]) if skus else []
    by_sku: dict[str, list[Any]] = {}
    for one in levels:
        by_sku.setdefault(one.sku, []).append(one)
    return visit.show(
        "inventory/elsewhere/where.html",
        title=visit.words("Which branch has it"),
        text=text,
        found=[(one, by_sku.get(one.id, [])) for one in skus],
        heard=told(visit, [one.branch for one in levels]),
    )


PAGES = [stock_of_sku, stock_of_goods, stock_beside_shelf, where]
