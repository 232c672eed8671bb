"""What can be seen of the directories: a home with a card for each, a list, and a page for every entry."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from appliance.journal import Row
from appliance.shop.settings import regions
from appliance.shop.settings.actions import turn_switches
from appliance.shop.settings.switches import RULES, SECTIONS, SWITCHES, Switch, Values, values, whole
from appliance.web import Answer, ChoiceFilter, Do, Form, Listing, Page, Rail, RefFilter, Saved, Visit, page
from appliance.web import columns as c
from appliance.web.listing import Filter

IN_USE = (Saved("In use", "disabled = 0"), Saved("Disabled", "disabled = 1"), Saved("All"))


@dataclass(frozen=True)
class Directory:
    """One kind of entries: its list, its page, and its card at home."""

    table: str
    title: str
    folder: str
    icon: str
    note: str
    columns: Sequence[c.Column]
    facts: Sequence[c.Column]
    filters: Sequence[Filter] = ()
    sort: str = "name"
    newest: bool = False
    """Listed by `sort` from the latest on."""
    below: Sequence[tuple[str, str, str]] = field(default_factory=tuple)
    """(title, directory, column): entries of another directory that belong to one of this."""

    @property
    def path(self) -> str:
        """The address of its list."""
        return f"/settings/{self.folder}"

    @property
    def listing(self) -> Listing:
        """Its list."""
        change = f"settings.change_{self.table}"
        return Listing(
            self.title,
            path=self.path,
            view=f"{self.table}_list",
            see="settings.see",
            columns=[
                c.Text("name", link=self.path + "/{id}"),
                *self.columns,
                c.Next(lambda row: Do("Change", change, **{self.table: row["id"]})),
            ],
            saved=IN_USE,
            default="In use",
            filters=self.filters,
            sorts=[(self.sort, "By day", "desc") if self.newest else (self.sort, "By name", "asc")],
            search=True,
            new=f"settings.add_{self.table}",
        )

    @property
    def detail(self) -> Page:
        """The page of one entry."""

        @page(self.path + "/{id}", see="settings.see")
        def entry(visit: Visit, id: str) -> Answer:
            row = visit.row(f"select * from {self.table}_list where id = ?", id)
            if row is None:
                visit.missing("entry")
            return visit.show(
                "settings/entry.html",
                title=row["name"],
                directory=self,
                entry=row,
                facts=[(visit.words.name(one.heading), Markup(one.text(row, visit.seen))) for one in self.facts],
                below=[_below(visit, *one, id) for one in self.below],
                rates=_rates(visit, id) if self.table == "currency" else [],
                fees=_fees(visit, id) if self.table == "courier" else [],
                history=visit.history(id),
            )

        return entry


def _below(visit: Visit, title: str, table: str, column: str, id: str) -> dict[str, Any]:
    found = visit.rows(f"select id, name, disabled from {table} where {column} = ? and deleted = 0 limit 100", id)
    folder = next(one.folder for one in DIRECTORIES if one.table == table)
    return {"title": visit.words(title), "rows": found, "path": f"/settings/{folder}"}


def _rates(visit: Visit, currency: str) -> list[Row]:
    return visit.rows(
        "select id, day, rate, day > ? as coming from currency_rate where currency = ? and deleted = 0"
        " order by day desc limit 50",
        visit.day,
        currency,
    )


def _fees(visit: Visit, courier: str) -> list[dict[str, Any]]:
    """What a courier charges, area by area, in words."""
    words = visit.words
    rows = visit.rows(
        "select r.*, ifnull(s.name, '') as shop_name from freight_rule r left join shop s on s.id = r.shop "
        "where r.courier = ? and r.deleted = 0 order by r.province, r.city, r.district, r.shop limit 500",
        courier,
    )
    return [
        {
            "id": row.id,
            "area": " ".join(filter(None, (row.province, row.city, row.district))) or words("Everywhere else"),
            "shop": row.shop_name,
            "first": f"{words.weight(row.first_weight)} {words.money(row.first_price)}",
            "beyond": [
                words(
                    "{unit} {price}, up to {until}" if until else "{unit} {price}",
                    unit=words.weight(unit), price=words.money(price), until=words.weight(until),
                )
                for until, unit, price, _ in json.loads(row.bands or "[]")
            ],
        }
        for row in rows
    ]  # fmt: skip


_BAND = {"until": 0, "unit": 0, "price": 0, "rounding": "up"}
"""An empty line of a new rule: couriers charge by begun units."""


def _standing_fees(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    row = visit.row("select bands, tiers from freight_rule where id = ?", given.get("freight_rule", ""))
    if row is None:
        return {}
    bands, tiers = json.loads(row.bands or "[]"), json.loads(row.tiers or "[]")
    return {
        "bands": [dict(zip(("until", "unit", "price", "rounding"), one, strict=True)) for one in bands],
        "tiers": [dict(zip(("until", "price"), one, strict=True)) for one in tiers],
    }


KINDS = {
    "warehouse": ("normal", "store", "defective", "transit"),
    "shop": ("taobao", "counter", "phone", "other"),
    "reason": ("freeze", "revert", "return", "adjust", "void"),
    "mark": ("sales_order", "money_paper"),
    "courier": ("express", "freight", "own"),
    "holiday": ("holiday", "workday"),
}

CODE = c.Text("code", "code", css="")
BRANCH = c.Text("branch_name", "Branch", css="")
WAREHOUSE = c.Text("warehouse_name", "Warehouse", css="")

DIRECTORIES = (
    Directory(
        "shop", "Shops", "shops", "shop", "Where orders come from: counters and stores on platforms.",
        [CODE, c.Name("platform", css=""), c.Text("shop_group", "Shop group", wide=True, css=""), BRANCH, WAREHOUSE],
        [
            CODE, c.Name("platform", css=""), c.Text("shop_group", "Shop group", css=""), BRANCH, WAREHOUSE,
            c.Text("courier_name", "Courier", css=""), c.Text("contact", css=""),
            c.Phone("phone"), c.Text("address", css=""), c.Text("return_contact", "Returns go to", css=""),
            c.Phone("return_phone", "Phone for returns"), c.Text("return_address", "Address for returns", css=""),
            c.Day("authorised_until", "Authorised until"), c.Count("complete_days", "Days until completed"),
        ],
        [ChoiceFilter("platform", KINDS["shop"]), RefFilter("branch", "branch")],
    ),
    Directory(
        "warehouse", "Warehouses", "warehouses", "box", "Where goods lie.",
        [CODE, c.Name("kind", "warehouse_kind", css=""), BRANCH],
        [CODE, c.Name("kind", "warehouse_kind", css=""), BRANCH],
        [ChoiceFilter("kind", KINDS["warehouse"]), RefFilter("branch", "branch")],
        below=[("Shops that sell from it", "shop", "warehouse")],
    ),
    Directory(
        "branch", "Branches", "branches", "pin", "Places with a box of their own.",
        [CODE, c.Phone("phone"), c.Text("address", wide=True, css="")],
        [CODE, c.Phone("phone"), c.Text("address", css="")],
        below=[("Shops", "shop", "branch"), ("Warehouses", "warehouse", "branch")],
    ),
    Directory(
        "courier", "Couriers", "couriers", "truck", "Who carries the parcels.",
        [
            CODE, c.Name("kind", "courier_kind", css=""), c.YesNo("cod", "Collects cash on delivery"),
            c.Name("waybill_source", "waybill_source", wide=True, css=""), c.Weight("max_weight", "Heaviest parcel"),
        ],
        [
            CODE, c.Name("kind", "courier_kind", css=""), c.Name("waybill_source", "waybill_source", css=""),
            c.YesNo("cod", "Collects cash on delivery"), c.Text("account_no", "Monthly account", css=""),
            c.Weight("max_weight", "Heaviest parcel"), c.Count("volume_ratio", "Volume ratio"),
            c.Text("not_served", "Does not go to", css=""), c.Phone("phone"),
        ],
        [ChoiceFilter("kind", KINDS["courier"])],
        below=[("Shops that send with it", "shop", "courier")],
    ),
    Directory(
        "packaging", "Packaging", "packaging", "gift", "Boxes and bags that goods are sent in.",
        [c.Text("size", "Measures", css=""), c.Weight("weight"), c.Price("cost", needs="cost")],
        [c.Text("size", "Measures", css=""), c.Weight("weight")],
    ),
    Directory(
        "money_item", "Income and expenses", "money-items", "wallet", "What money is earned with and spent on.",
        [c.Text("parent_name", "Belongs to", css=""), c.Name("direction", css="")],
        [c.Name("direction", css=""), c.Text("parent_name", "Belongs to", css="")],
        [ChoiceFilter("direction", ("in", "out"))],
        sort="path",
        below=[("What belongs to it", "money_item", "parent")],
    ),
    Directory(
        "reason", "Reasons", "reasons", "chat", "Why something is frozen, sent back, returned or corrected.",
        [c.Name("kind", "reason_kind", css="")],
        [c.Name("kind", "reason_kind", css="")],
        [ChoiceFilter("kind", KINDS["reason"])],
        sort="kind",
    ),
    Directory(
        "mark", "Marks", "marks", "tag", "Words of our own, in colours, by which orders and money papers are found again.",
        [c.Name("kind", "mark_kind", css=""), c.Name("colour", css="")],
        [c.Name("kind", "mark_kind", css=""), c.Name("colour", css="")],
        [ChoiceFilter("kind", KINDS["mark"])],
        sort="kind",
    ),
    Directory(
        "currency", "Currencies", "currencies", "swap", "Foreign money, and what it is worth from which day on.",
        [CODE, c.Price("rate", "Newest rate"), c.Day("day", "From")],
        [CODE, c.Price("rate", "Newest rate"), c.Day("day", "From")],
    ),
    Directory(
        "unit", "Units", "units", "scale", "What goods are counted in.",
        [c.YesNo("fraction", "Can be divided")],
        [c.YesNo("fraction", "Can be divided")],
    ),
    Directory(
        "tax_rate", "Tax rates", "tax-rates", "card", "What share of a price is tax.",
        [c.Rate("rate", "Share of the price")],
        [c.Rate("rate", "Share of the price")],
    ),
    Directory(
        "holiday", "Holidays", "holidays", "clock", "Days off, and weekends that are worked for them.",
        [c.Day("day"), c.Name("kind", "day_kind", css="")],
        [c.Day("day"), c.Name("kind", "day_kind", css="")],
        [ChoiceFilter("kind", KINDS["holiday"])],
        sort="day", newest=True,
    ),
)  # fmt: skip


# ---- home, regions, rules


@page("/settings", see="settings.see")
def home(visit: Visit) -> Answer:
    """A card for each directory, with how many entries are in use."""
    counts = ", ".join(
        f"(select count(*) from (select 1 from {table} where disabled = 0 and deleted = 0 limit 100)) as {table}"
        for table in (one.table for one in DIRECTORIES)
    )
    return visit.show(
        "settings/home.html",
        title=visit.words("Settings"),
        directories=DIRECTORIES,
        counts=visit.remembered(f"select {counts}")[0],
        turned=visit.remembered("select count(*) from setting where deleted = 0")[0][0],
    )


@page("/settings/regions", see="settings.see")
def areas(visit: Visit) -> Answer:
    """The table of provinces, cities and districts, and a line to try an address in."""
    province, city, asked = (visit.query.get(name, "") for name in ("province", "city", "q"))
    return visit.show(
        "settings/regions.html",
        title=visit.words("Areas"),
        province=province,
        city=city,
        provinces=regions.provinces(),
        cities=regions.cities(province),
        districts=regions.districts(province, city),
        asked=asked[:200],
        found=regions.split(asked[:200]) if asked else None,
    )


@page("/settings/rules", see="settings.see")
def rules(visit: Visit) -> Answer:
    """Every switch as it stands."""
    standing = values(visit)
    shops = {row["id"]: row["name"] for row in visit.rows("select id, name from shop where deleted = 0")}
    return visit.show(
        "settings/rules.html",
        title=visit.words("Rules"),
        sections=[
            {
                "title": visit.words(title),
                "always": name == "hard",
                "rows": [
                    (visit.words(one.sentence), _said(visit, one, standing, shops), one.kind, standing.on(one.name))
                    for one in SWITCHES
                    if one.section == name
                ],
            }
            for name, title in SECTIONS.items()
        ],
        history=visit.history(RULES),
    )


def _said(visit: Visit, switch: Switch, standing: Values, shops: dict[str, str]) -> str:
    """What a switch stands at, in words."""
    words, text = visit.words, standing[switch.name]
    if switch.kind in {"flag", "always"}:
        return words("On") if text == "1" else words("Off")
    if switch.kind == "money":
        return words.money(whole(text)) if whole(text) else words("Never")
    if switch.kind == "weight":
        return words.weight(whole(text)) if whole(text) else words("No limit")
    if switch.kind == "days":
        return text if whole(text) else words("No promise")
    if switch.kind == "shops":
        return "、".join(shops.get(shop, "?") for shop in standing.names(switch.name)) or words("All shops")
    return text


def _standing_switches(visit: Visit, _args: dict[str, str]) -> dict[str, Any]:
    standing = values(visit)
    first: dict[str, Any] = {}
    for one in SWITCHES:
        if one.kind == "flag":
            first[one.parameter] = standing.on(one.name)
        elif one.kind in {"money", "weight", "count", "days"}:
            first[one.parameter] = standing.number(one.name)
        elif one.kind == "shops":
            first[one.parameter] = standing.names(one.name)
        elif one.kind != "always":
            first[one.parameter] = standing[one.name]
    return first


def _rules_form(visit: Visit) -> dict[str, Any]:
    asked = [(name, title) for name, title in SECTIONS.items() if name != "hard"]
    shops = visit.remembered("select id, name from shop where disabled = 0 and deleted = 0 order by name limit 200")
    return {"sections": [(name, visit.words(title)) for name, title in asked], "shops": shops}


PAGES = [
    home,
    rules,
    areas,
    *(one.listing for one in DIRECTORIES),
    *(one.detail for one in DIRECTORIES),
]
RAIL = Rail("Settings", place=95, icon="i-gear", href="/settings")
LABELS = {
    "freight_rule": ("freight_rule", "province"),
    **{one.table: (f"{one.table}_list", "name") for one in DIRECTORIES},
    "money_item": ("money_item_list", "path"),
    "order_mark": ("mark_list", "name", "disabled = 0 and kind = 'sales_order'"),
    "paper_mark": ("mark_list", "name", "disabled = 0 and kind = 'money_paper'"),
}
FORMS: dict[Any, Form] = {
    turn_switches: Form(
        template="settings/rules_form.html", prefill=_standing_switches, more=_rules_form, next="/settings/rules"
    ),
    "settings.add_freight_rule": Form(prefill=lambda _visit, _given: {"bands": [_BAND]}),
    "settings.change_freight_rule": Form(prefill=_standing_fees),
    **{f"settings.add_{one.table}": Form(next=f"{one.path}/{{id}}") for one in DIRECTORIES},
}
