"""What an order will leave, estimated while it is open and counted once its goods have left (spec/domain.md 4.1.9).

profit = receivable - goods' cost - freight - packaging - the platform's commission - tax. What nobody knows is None,
never 0, and then there is no profit to tell either.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from appliance.journal import ONE, Row, round_half_up
from appliance.shop.settings import FreightRule, freight

GONE = ("shipped", "completed")


class Reader(Protocol):
    """Whoever may ask: a desk at work, or a visit that looks."""

    def row(self, sql: str, *args: object) -> Row | None:
        """Ask for one row."""

    def rows(self, sql: str, *args: object) -> list[Row]:
        """Ask."""


@dataclass(frozen=True)
class Estimate:
    """Amounts in fen, weights in grams."""

    receivable: int
    goods: int | None
    freight: int | None
    packaging: int
    commission: int
    tax: int
    weight: int
    charged_weight: int
    counted: bool
    """The goods have left, so their cost is what they were worth, no guess."""

    @property
    def profit(self) -> int | None:
        """What is left of it; None while a part of the cost is unknown."""
        if self.goods is None or self.freight is None:
            return None
        return self.receivable - self.goods - self.freight - self.packaging - self.commission - self.tax


def estimate(reader: Reader, order: str) -> Estimate | None:
    """Work out what an order leaves; None when there is no such order. Three statements."""
    found = reader.row(_ORDER, order)
    if found is None:
        return None
    lines = reader.rows(_LINES, order)
    weight = found["weight"] + found["box_weight"]
    volume = found["box_volume"] or sum(line["volume"] * line["qty"] // ONE for line in lines)
    charged = freight.chargeable(weight, volume, found["volume_ratio"])
    return Estimate(
        receivable=found["receivable"],
        goods=_cost(lines, gone=found["state"] in GONE),
        freight=_freight(reader, found, charged) if found["courier"] else 0,
        packaging=round_half_up(found["box_cost"], 100),
        commission=found["commission"],
        tax=sum(line["tax"] for line in lines),
        weight=weight,
        charged_weight=charged,
        counted=found["state"] in GONE,
    )


_ORDER = """
select o.state, o.shop, o.courier, o.weight, o.receivable, o.commission, ifnull(r.province, '') as province,
    ifnull(r.city, '') as city, ifnull(r.district, '') as district, ifnull(c.volume_ratio, 0) as volume_ratio,
    ifnull(p.weight, 0) as box_weight, ifnull(p.cost, 0) as box_cost,
    ifnull(p.length_cm * p.width_cm * p.height_cm, 0) as box_volume
from sales_order o left join receiver r on r.id = o.receiver left join courier c on c.id = o.courier
left join packaging p on p.id = o.packaging
where o.id = ? and o.deleted = 0
"""
_LINES = """
select l.qty, l.cost, l.tax, ifnull(k.cost, 0) as unit_cost,
    ifnull(s.length_cm * s.width_cm * s.height_cm, 0) as volume
from sales_order_line l join sales_order o on o.id = l.sales_order left join sku s on s.id = l.sku
left join stock_level k on k.warehouse = o.warehouse and k.sku = l.sku
where l.sales_order = ? and l.deleted = 0 and l.qty > 0
"""


def _cost(lines: list[Row], *, gone: bool) -> int | None:
    """What the goods were worth when they left, or what they are worth on the shelf now; in fen, rounded once."""
    if gone:
        return round_half_up(sum(line["cost"] for line in lines), 100)
    if any(not line["unit_cost"] for line in lines):
        return None
    return round_half_up(sum(line["unit_cost"] * line["qty"] for line in lines), 100 * ONE)


def _freight(reader: Reader, order: Row, charged: int) -> int | None:
    rules = reader.rows("select * from freight_rule where courier = ? and deleted = 0", order["courier"])
    rule = freight.best(rules, order["shop"], order["province"], order["city"], order["district"])
    return freight.fee(_loaded(rule), charged) if rule is not None else None


def _loaded(row: Any) -> FreightRule:
    return FreightRule(
        first_weight=row["first_weight"], first_price=row["first_price"],
        bands=msgspec.json.decode(row["bands"] or "[]", type=list[tuple[int, int, int, str]]),
        tiers=msgspec.json.decode(row["tiers"] or "[]", type=list[tuple[int, int]]),
    )  # fmt: skip
