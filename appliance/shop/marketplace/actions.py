"""What can be done with the marketplaces' orders: lay files in, take them in, match goods, submit."""

from typing import Annotated

from appliance.journal import Blob, Desk, Label, Refusal, action
from appliance.shop.catalog import Sku, SkuId
from appliance.shop.marketplace.records import (
    ImportJob,
    ImportJobId,
    Mapping,
    RawOrder,
    RawOrderId,
    ShopGoods,
    ShopGoodsId,
)
from appliance.shop.marketplace.submitting import submit_order
from appliance.shop.settings import Shop, ShopId

DAY_MS = 24 * 3_600_000

# ---- files


@action("Upload order file")
def lay_in(desk: Desk, *, file: Annotated[Blob, Label("Order file or item file (.csv, .xlsx)")], shop: ShopId) -> str:
    """Lay in the order file or the item file of the seller's desk. You see what it would do before it does."""
    found = desk.get(Shop, shop)
    if found.disabled:
        raise Refusal("{name} is disabled. Choose another shop.", field="shop", code="disabled", name=found.name)
    if not file:
        raise Refusal("Choose a file.", field="file")
    tomorrow = desk.journal.clock.now_ms() + DAY_MS
    return desk.put(ImportJob(shop=shop, file=file, box=desk.box, started_by=desk.who, latest=tomorrow))


@action("Take in")
def take_in(
    desk: Desk,
    *,
    import_job: ImportJobId,
    submits: Annotated[bool, Label("Submit the orders right away")] = True,
) -> None:
    """The orders are stored in small portions; everybody can go on working."""
    found = desk.get(ImportJob, import_job)
    if found.box != desk.box:
        raise Refusal("This file was laid in at box {box}. Take it in there.", box=found.box)
    fresh = _NOTHING_YET if desk.state(ImportJob, import_job) == "checked" else {}
    desk.change(ImportJob, import_job, submits=submits, started_by=desk.who, **fresh)
    desk.step(ImportJob, import_job, to="running")


@action("Stop import")
def stop_import(desk: Desk, *, import_job: ImportJobId) -> None:
    """What was taken in stays. You can go on later."""
    desk.step(ImportJob, import_job, to="stopped")


@action("Drop file", confirm="The file is put away. What was taken in stays.")
def drop_import(desk: Desk, *, import_job: ImportJobId) -> None:
    """Nothing more is taken in from this file."""
    desk.step(ImportJob, import_job, to="dropped")


_NOTHING_YET = {"taken": 0, "added": 0, "changed_orders": 0, "same": 0, "older": 0, "submitted": 0, "not_submitted": 0,
                "late": []}  # fmt: skip


# ---- goods


@action("Match goods", undo="marketplace.unmatch")
def match(desk: Desk, *, shop_goods: ShopGoodsId, sku: SkuId) -> str:
    """Say which of our goods these are; it is remembered for every later order."""
    listed, ours = desk.get(ShopGoods, shop_goods), desk.get(Sku, sku)
    if ours.disabled:
        raise Refusal(
            "{named} is not sold any more. Choose other goods.", field="sku", code="disabled", named=ours.code
        )
    standing = desk.find(Mapping, shop_goods)
    if standing is None:
        desk.put(
            Mapping(
                id=shop_goods,
                shop=listed.shop,
                outer_code=listed.outer_code,
                goods_key=listed.goods_key,
                spec_key=listed.spec_key,
                sku=sku,
            )
        )
    else:
        desk.change(Mapping, shop_goods, sku=sku)
    return shop_goods


@action("Forget match")
def unmatch(desk: Desk, *, shop_goods: ShopGoodsId) -> None:
    """Orders submitted before keep their goods; later ones ask again."""
    desk.get(Mapping, shop_goods)
    desk.change(Mapping, shop_goods, sku="")


# ---- orders


@action("Submit order")
def submit(desk: Desk, *, raw_order: RawOrderId) -> str:
    """The platform's order becomes one that staff work on."""
    return submit_order(desk, raw_order)


@action("Set order aside", undo="marketplace.bring_back")
def set_aside(desk: Desk, *, raw_order: RawOrderId) -> None:
    """It leaves the queue and is not submitted."""
    desk.step(RawOrder, raw_order, to="set_aside")


@action("Bring order back")
def bring_back(desk: Desk, *, raw_order: RawOrderId) -> None:
    """It waits to be submitted again."""
    if desk.state(RawOrder, raw_order) != "set_aside":
        raise Refusal("This order was not set aside.", code="wrong_state")
    desk.step(RawOrder, raw_order, to="waiting")
