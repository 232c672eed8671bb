"""What can be seen of goods: lists with pictures, a page for goods, one for a SKU, price lists and categories."""

from typing import Any, get_args

from appliance.shop.catalog import actions
from appliance.shop.catalog.records import GoodsKind
from appliance.web import Answer, ChoiceFilter, Do, Form, Listing, Problem, Rail, RefFilter, Saved, Visit, page
from appliance.web import columns as c
from appliance.web.cells import Seen

LINES = 50


class PriceRange(c.Price):
    """From the cheapest SKU to the dearest."""

    def text(self, row: Any, seen: Seen) -> str:
        """Write one price, or two when they differ."""
        lowest, highest = seen.words.price(row["lowest"]), seen.words.price(row["highest"])
        return lowest if lowest == highest else f"{lowest} – {highest}"


goods_listing = Listing(
    "Goods",
    path="/goods",
    view="goods_list",
    see="catalog.see",
    columns=[
        c.Chosen("changed"),
        c.Goods("name", title="Goods", picture="picture", link="/goods/{id}", sub="no · brand · category_path"),
        PriceRange("lowest", title="Retail price"),
        c.Count("skus", title="SKUs", wide=True),
        c.Text("unit", wide=True),
        c.Name("kind", title="Kind of goods", wide=True),
    ],
    saved=[Saved("For sale", where="disabled = 0"), Saved("Disabled goods", where="disabled = 1"), Saved("All")],
    default="For sale",
    filters=[RefFilter("category", "category"), ChoiceFilter("kind", get_args(GoodsKind), title="Kind of goods")],
    sorts=[
        ("made_at", "Newest first", "desc"),
        ("name", "By name", "asc"),
        ("lowest", "Cheapest first", "asc"),
        ("lowest", "Dearest first", "desc"),
    ],
    search=True,
    bulk=["catalog.disable_goods", "catalog.enable_goods"],
    new="catalog.add_goods",
    empty="There are no goods yet. Add the first, or bring them in with a file.",
)

sku_listing = Listing(
    "SKUs",
    path="/skus",
    view="sku_list",
    see="catalog.see",
    columns=[
        c.Chosen("changed"),
        c.Goods("name", title="SKU", picture="picture", link="/skus/{id}", sub="code · barcode"),
        c.Price("retail", title="Retail price"),
        c.Price("wholesale", title="Wholesale price", wide=True),
        c.Price("member", title="Member price", wide=True),
        c.Price("minimum", title="Lowest price", wide=True),
        c.Weight("weight", wide=True),
    ],
    saved=[Saved("For sale", where="disabled = 0"), Saved("Disabled goods", where="disabled = 1"), Saved("All")],
    default="For sale",
    sorts=[("made_at", "Newest first", "desc"), ("code", "By code", "asc"), ("name", "By name", "asc")],
    search=True,
    bulk=["catalog.disable_sku", "catalog.enable_sku"],
)

price_lists = Listing(
    "Price lists",
    path="/price-lists",
    view="price_list_list",
    see="catalog.see",
    columns=[
        c.Text("name", title="Price list", link="/price-lists/{id}"),
        c.Count("prices"),
        c.YesNo("disabled"),
    ],
    sorts=[("made_at", "Newest first", "desc")],
    new="catalog.add_price_list",
    empty="Customers who pay other prices than the retail price get a list of their own.",
)

categories = Listing(
    "Categories",
    path="/categories",
    view="category_list",
    see="catalog.see",
    columns=[
        c.Text("path", title="Category", link="/goods?category={id}"),
        c.Next(lambda row: c.Do("Edit", "catalog.change_category", category=row["id"])),
    ],
    sorts=[("path", "By name", "asc")],
    search=True,
    new="catalog.add_category",
    empty="Categories sort the goods: tea, cups, presents. They can lie in each other.",
)


@page("/goods/{id}", see="catalog.see")
def goods(visit: Visit, id: str) -> Answer:
    """Goods with their SKUs."""
    shown = visit.row(
        "select l.*, g.picture as large from goods_list l join goods g on g.id = l.id where l.id = ?", id
    ) or visit.missing("Goods")
    skus = visit.rows("select * from sku_list where goods = ? order by code limit 500", id)
    return visit.show("catalog/goods.html", title=shown.name, goods=shown, skus=skus, history=visit.history(id))


@page("/skus/{id}", see="catalog.see")
def sku(visit: Visit, id: str) -> Answer:
    """A SKU with its prices and codes."""
    shown = visit.row(
        "select l.*, g.disabled as goods_disabled, s.length_cm, s.width_cm, s.height_cm, "
        "ifnull((select t.name from tax_rate t where t.id = s.tax_rate), '') as tax_name, "
        "case when s.picture <> '' then s.picture else g.picture end as large "
        "from sku_list l join sku s on s.id = l.id join goods g on g.id = l.goods where l.id = ?",
        id,
    ) or visit.missing("SKU")
    return visit.show(
        "catalog/sku.html",
        title=shown.name,
        sku=shown,
        barcodes=visit.rows(
            "select id, code, units, main from barcode where sku = ? and deleted = 0 order by main desc, made_at", id
        ),
        lists=visit.rows(
            "select p.price_list, l.name, p.price from list_price p join price_list l on l.id = p.price_list "
            "where p.sku = ? and p.deleted = 0 and l.deleted = 0 order by l.name limit 50",
            id,
        ),
        history=visit.history(id),
    )


@page("/price-lists/{id}", see="catalog.see")
def price_list(visit: Visit, id: str) -> Answer:
    """The prices of a list, each beside the retail price."""
    shown = visit.row("select * from price_list_list where id = ?", id) or visit.missing("Price list")
    after = visit.query.get("after", "")
    lines = visit.rows(
        "select * from price_list_line where price_list = ? and code > ? order by code limit ?", id, after, LINES + 1
    )
    return visit.show(
        "catalog/price_list.html",
        title=shown.name,
        list=shown,
        lines=lines[:LINES],
        more=lines[LINES - 1].code if len(lines) > LINES else "",
        history=visit.history(id),
    )


PAGES = [goods_listing, sku_listing, price_lists, categories, goods, sku, price_list]

RAIL = Rail("Goods", place=35, icon="i-tag", href="/goods")

PROBLEMS = {
    "problem_code_claimed_twice": Problem(
        "The code {code} means {one}, who had it first, and {other} too. Give {other} a new code.",
        href="/skus/{doubtful}",
        settle=lambda row: [Do("Give a new code", "catalog.change_sku", sku=row["doubtful"])],
        needs=("doubtful",),
    ),
    "problem_category_too_deep": Problem(
        "The category {name} lies more than five deep, or in itself. Give it another parent.", href="/categories"
    ),
}

LABELS = {
    "category": ("category_list", "path"),
    "goods": ("goods_list", "name"),
    "sku": ("sku_list", "label"),
    "price_list": ("price_list", "name"),
}

FORMS = {
    actions.add_goods: Form(next="/goods/{id}"),
    actions.add_sku: Form(prefill=lambda _visit, _args: {"weight": 0}),
    actions.add_price_list: Form(next="/price-lists/{id}"),
    # A SKU has a code of its own; the form asks for a further one.
    actions.add_barcode: Form(prefill=lambda _visit, _args: {"code": ""}),
}
