"""Goods: what the shop sells, in which colours and sizes, under which codes, and at which prices."""

from appliance.shop.catalog.actions import (
    NewSku,
    add_barcode,
    add_category,
    add_goods,
    add_sku,
    change_sku,
    disable_sku,
)
from appliance.shop.catalog.codes import Scanned, by_code, scanned
from appliance.shop.catalog.pictures import keep_sheet
from appliance.shop.catalog.pricing import PriceRow, add_price_list, price_of, set_list_prices, set_prices
from appliance.shop.catalog.records import (
    Barcode,
    BarcodeId,
    Category,
    CategoryId,
    Goods,
    GoodsId,
    PriceList,
    PriceListId,
    Sku,
    SkuId,
)

__all__ = [
    "Barcode", "BarcodeId", "Category", "CategoryId", "Goods", "GoodsId", "NewSku", "PriceList", "PriceListId",
    "PriceRow", "Scanned", "Sku", "SkuId", "add_barcode", "add_category", "add_goods", "add_price_list", "add_sku",
    "by_code", "change_sku", "disable_sku", "keep_sheet", "price_of", "scanned", "set_list_prices", "set_prices",
]  # fmt: skip
