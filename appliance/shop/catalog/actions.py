"""What can be done with goods, SKUs, barcodes and categories. Prices of lists stand in `pricing.py`."""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from appliance.journal import ONE, Blob, Desk, Label, Refusal, Text, Weight, action, derive
from appliance.shop import settings
from appliance.shop.catalog import pictures, pricing
from appliance.shop.catalog.codes import check_barcode, check_code, check_free, check_once
from appliance.shop.catalog.records import (
    Barcode,
    BarcodeId,
    BelowCost,
    BelowZero,
    Category,
    CategoryId,
    Fraction,
    Goods,
    GoodsId,
    GoodsNumber,
    KindOfGoods,
    Main,
    Name,
    Retail,
    ScannedCode,
    Sku,
    SkuCode,
    SkuId,
    Spec,
    Units,
)
from appliance.shop.settings import TaxRateId

DEEPEST = 5

# The room's actions are found here, wherever they are written.
add_price_list = pricing.add_price_list
rename_price_list = pricing.rename_price_list
disable_price_list = pricing.disable_price_list
enable_price_list = pricing.enable_price_list
set_list_prices = pricing.set_list_prices
remove_list_price = pricing.remove_list_price
set_prices = pricing.set_prices


class NewSku(msgspec.Struct, kw_only=True, frozen=True):
    """One SKU of new goods, as a row of the form."""

    spec: Spec = ""
    code: SkuCode = ""
    barcode: ScannedCode = ""
    retail: Retail = 0
    weight: Weight = 0


# ---- goods


@action("Add goods")
def add_goods(
    desk: Desk,
    *,
    name: Name,
    category: CategoryId = "",
    skus: list[NewSku] = [],  # noqa: B006 - the form's default, never written to
    no: GoodsNumber = "",
    short_name: Name = "",
    brand: Name = "",
    unit: Text = "",
    kind: KindOfGoods = "sale_item",
    picture: Blob = "",
) -> str:
    """One row for each colour or size; goods without any need a single row."""
    _check_name(name)
    _check_category(desk, category)
    number = no or settings.paper_number(desk, "G")
    _check_number(desk, number)
    rows = list(skus) or [NewSku()]
    codes = [row.code or (number if len(rows) == 1 else f"{number}-{place}") for place, row in enumerate(rows, 1)]
    check_once(codes, field="skus")
    check_once((row.barcode for row in rows if row.barcode), field="skus")
    if len(rows) > 1:
        check_specs(row.spec for row in rows)
    shown = pictures.keep(desk, picture) if picture else pictures.Kept("", "")
    goods = desk.put(
        Goods(
            no=number, name=name, short_name=short_name, brand=brand, category=category, unit=unit, kind=kind,
            picture=shown.picture, thumb=shown.thumb,
        )
    )  # fmt: skip
    for place, (row, code) in enumerate(zip(rows, codes, strict=True)):
        _put_sku(desk, goods, row, code, f"skus.{place}.")
    return goods


@action("Change goods")
def change_goods(
    desk: Desk,
    *,
    goods: GoodsId,
    name: Name,
    no: GoodsNumber,
    short_name: Name = "",
    brand: Name = "",
    category: CategoryId = "",
    unit: Text = "",
    kind: KindOfGoods = "sale_item",
) -> None:
    """What is said here holds for every SKU of the goods."""
    standing = desk.get(Goods, goods)
    _check_name(name)
    if category != standing.category:
        _check_category(desk, category)
    if no != standing.no:
        _check_number(desk, no)
    desk.change(
        Goods, goods, name=name, no=no, short_name=short_name, brand=brand, category=category, unit=unit, kind=kind
    )


@action("Disable goods", undo="catalog.enable_goods")
def disable_goods(desk: Desk, *, goods: GoodsId) -> None:
    """They are not offered any more; papers that name them stay as they are."""
    desk.change(Goods, goods, disabled=True)


@action("Enable goods", undo="catalog.disable_goods")
def enable_goods(desk: Desk, *, goods: GoodsId) -> None:
    """They can be sold and bought again."""
    desk.change(Goods, goods, disabled=False)


@action("Set picture")
def set_picture(desk: Desk, *, goods: GoodsId, picture: Blob) -> None:
    """A photo from the phone is enough; it is made small here."""
    shown = pictures.keep(desk, picture)
    desk.change(Goods, goods, picture=shown.picture, thumb=shown.thumb)


@action("Take picture away")
def take_picture_away(desk: Desk, *, goods: GoodsId) -> None:
    """The goods are shown without a picture."""
    desk.change(Goods, goods, picture="", thumb="")


# ---- SKUs


@action("Add SKU")
def add_sku(
    desk: Desk,
    *,
    goods: GoodsId,
    spec: Spec,
    code: SkuCode = "",
    barcode: ScannedCode = "",
    retail: Retail = 0,
    weight: Weight = 0,
) -> str:
    """A further colour or size of the same goods."""
    parent = desk.get(Goods, goods)
    others = desk.rows("select spec, code from sku where goods = ? and deleted = 0", goods)
    check_specs([*(row.spec for row in others), spec], field="spec")
    number = code or _next_code(parent.no, {row.code for row in others})
    row = NewSku(spec=spec, barcode=barcode, retail=retail, weight=weight)
    sku = _put_sku(desk, goods, row, number, "")
    desk.about(goods)
    return sku


@action("Change SKU")
def change_sku(
    desk: Desk,
    *,
    sku: SkuId,
    code: SkuCode,
    spec: Spec = "",
    weight: Weight = 0,
    length_cm: Annotated[int, Label("Length in cm")] = 0,
    width_cm: Annotated[int, Label("Width in cm")] = 0,
    height_cm: Annotated[int, Label("Height in cm")] = 0,
    tax_rate: TaxRateId = "",
    fraction: Fraction = False,
    allow_negative: BelowZero = False,
    allow_below_cost: BelowCost = False,
) -> None:
    """Its prices have a form of their own."""
    standing = desk.get(Sku, sku)
    if code != standing.code:
        check_code(code)
        check_free(desk, code, sku=sku)
    if weight < 0:
        raise Refusal("A weight cannot be less than nothing.", field="weight")
    if min(length_cm, width_cm, height_cm) < 0:
        raise Refusal("A length cannot be less than nothing.", field="length_cm")
    if spec != standing.spec:
        rows = desk.rows("select spec from sku where goods = ? and id <> ? and deleted = 0", standing.goods, sku)
        check_specs([*(row.spec for row in rows), spec], field="spec")
    desk.change(
        Sku, sku, code=code, spec=spec, weight=weight, length_cm=length_cm, width_cm=width_cm, height_cm=height_cm,
        tax_rate=tax_rate, fraction=fraction, allow_negative=allow_negative, allow_below_cost=allow_below_cost,
    )  # fmt: skip


@action("Disable SKU", undo="catalog.enable_sku")
def disable_sku(desk: Desk, *, sku: SkuId) -> None:
    """It is not offered any more; papers that name it stay as they are."""
    desk.change(Sku, sku, disabled=True)


@action("Enable SKU", undo="catalog.disable_sku")
def enable_sku(desk: Desk, *, sku: SkuId) -> None:
    """It can be sold and bought again."""
    desk.change(Sku, sku, disabled=False)


@action("Set picture of SKU")
def set_sku_picture(desk: Desk, *, sku: SkuId, picture: Blob) -> None:
    """Without one of its own a SKU shows the picture of its goods."""
    shown = pictures.keep(desk, picture)
    desk.change(Sku, sku, picture=shown.picture, thumb=shown.thumb)


# ---- barcodes


@action("Add barcode", undo="catalog.remove_barcode")
def add_barcode(desk: Desk, *, sku: SkuId, code: ScannedCode, units: Units = ONE, main: Main = False) -> str:
    """A carton may have a barcode of its own that stands for twelve units."""
    desk.get(Sku, sku)
    barcode = _put_barcode(desk, sku, code, units=units, main=main, field="code")
    desk.about(sku)
    return barcode


@action("Remove barcode")
def remove_barcode(desk: Desk, *, barcode: BarcodeId) -> None:
    """Scanning it means nothing any more, and another SKU may have it."""
    standing = desk.get(Barcode, barcode)
    desk.remove(Barcode, barcode)
    desk.about(standing.sku)


@action("Make main barcode")
def make_main_barcode(desk: Desk, *, barcode: BarcodeId) -> None:
    """The main barcode is the one that labels and papers show."""
    standing = desk.get(Barcode, barcode)
    _only_main(desk, standing.sku, barcode)
    desk.change(Barcode, barcode, main=True)
    desk.about(standing.sku)


# ---- categories


@action("Add category")
def add_category(desk: Desk, *, name: Name, parent: CategoryId = "") -> str:
    """Categories lie in each other, at most five deep."""
    _check_category_name(desk, name, parent)
    _check_depth(desk, "", parent)
    return desk.put(Category(name=name, parent=parent))


@action("Change category")
def change_category(desk: Desk, *, category: CategoryId, name: Name, parent: CategoryId = "") -> None:
    """What lies in it moves along."""
    desk.get(Category, category)
    _check_category_name(desk, name, parent, but=category)
    _check_depth(desk, category, parent)
    desk.change(Category, category, name=name, parent=parent)


@action("Remove category")
def remove_category(desk: Desk, *, category: CategoryId) -> None:
    """Only an empty category can go."""
    desk.get(Category, category)
    if desk.row("select 1 from goods where category = ? and deleted = 0 limit 1", category):
        raise Refusal("There are goods in this category. Move them first.", code="in_use")
    if desk.row("select 1 from category where parent = ? and deleted = 0 limit 1", category):
        raise Refusal("There are categories in this category. Move them first.", code="in_use")
    desk.remove(Category, category)


# ---- what must hold


def _put_sku(desk: Desk, goods: str, row: NewSku, code: str, before: str) -> str:
    check_code(code, field=f"{before}code")
    check_free(desk, code, field=f"{before}code")
    if row.retail < 0:
        raise Refusal("A price cannot be less than nothing.", field=f"{before}retail")
    if row.weight < 0:
        raise Refusal("A weight cannot be less than nothing.", field=f"{before}weight")
    sku = desk.put(Sku(goods=goods, code=code, spec=row.spec, retail=row.retail, weight=row.weight))
    if row.barcode:
        _put_barcode(desk, sku, row.barcode, units=ONE, main=True, field=f"{before}barcode")
    return sku


def _put_barcode(desk: Desk, sku: str, code: str, *, units: int, main: Main, field: str) -> str:
    check_barcode(code, units=units, field=field)
    check_free(desk, code, sku=sku, field=field)
    first = desk.row("select 1 from barcode where sku = ? and deleted = 0 limit 1", sku) is None
    name = derive("barcode", sku, code)
    if main and not first:
        _only_main(desk, sku, name)
    return desk.put(Barcode(id=name, code=code, sku=sku, units=units, main=main or first))


def _only_main(desk: Desk, sku: str, barcode: str) -> None:
    for row in desk.rows("select id from barcode where sku = ? and main = 1 and deleted = 0", sku):
        if row.id != barcode:
            desk.change(Barcode, row.id, main=False)


def _next_code(number: str, taken: set[str]) -> str:
    return next(code for place in range(1, len(taken) + 2) if (code := f"{number}-{place}") not in taken)


def check_specs(specs: Iterable[str], *, field: str = "skus") -> None:
    """Refuse two SKUs of the same goods that nobody could tell apart."""
    seen: set[str] = set()
    for spec in specs:
        if spec in seen:
            raise Refusal(
                "Two SKUs of the same goods have the same specification. Write what makes them differ.", field=field
            )
        seen.add(spec)


def _check_name(name: str) -> None:
    if not name:
        raise Refusal("Goods need a name.", field="name")


def _check_number(desk: Desk, number: str) -> None:
    if not number:
        raise Refusal("Goods need a number.", field="no")
    if not number.isprintable() or any(char.isspace() for char in number):
        raise Refusal("A goods number has no blanks in it.", field="no")
    taken = desk.row("select id, name from goods where no = ? and deleted = 0 limit 1", number)
    if taken is not None:
        raise Refusal(
            "The number {typed} is already that of {name}.",
            field="no", code="code_taken", remedy=f"/goods/{taken.id}", typed=number, name=taken.name,
        )  # fmt: skip


def _check_category(desk: Desk, category: str) -> None:
    if category:
        desk.get(Category, category)


def _check_category_name(desk: Desk, name: str, parent: str, but: str = "") -> None:
    if not name:
        raise Refusal("A category needs a name.", field="name")
    if parent:
        desk.get(Category, parent)
    if desk.row(
        "select 1 from category where parent = ? and name = ? and id <> ? and deleted = 0 limit 1", parent, name, but
    ):
        raise Refusal("There is already a category of this name here.", field="name")


def _check_depth(desk: Desk, category: str, parent: str) -> None:
    """Refuse a circle, and more than five levels counting what already lies below."""
    above = 0
    while parent:
        above += 1
        if parent == category:
            raise Refusal("A category cannot lie in itself.", field="parent")
        if above >= DEEPEST:
            raise Refusal("Categories are at most {deepest} deep.", field="parent", deepest=DEEPEST)
        parent = desk.get(Category, parent).parent
    # Its own row is left out below itself, so that a circle made by a merge can be taken apart.
    below = desk.value(
        "with recursive below(id, depth) as (select ?1, 0 union select c.id, b.depth + 1 from below b "
        "join category c on c.parent = b.id and c.deleted = 0 and c.id <> ?1 where b.depth < ?2) "
        "select max(depth) from below",
        category or "-", DEEPEST,
    )  # fmt: skip
    if above + 1 + below > DEEPEST:
        raise Refusal("Categories are at most {deepest} deep.", field="parent", deepest=DEEPEST)
