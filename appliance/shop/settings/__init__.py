"""The directories: shops, branches, warehouses, couriers, packaging, money, reasons, units, regions and the rules."""

from appliance.shop.settings import regions
from appliance.shop.settings.beginning import first_lists
from appliance.shop.settings.calendar import working_day
from appliance.shop.settings.currencies import rate_on
from appliance.shop.settings.places import add_branch, add_shop, add_warehouse
from appliance.shop.settings.records import (
    Branch,
    BranchId,
    Courier,
    CourierId,
    Currency,
    CurrencyId,
    MoneyItem,
    MoneyItemId,
    Packaging,
    PackagingId,
    Reason,
    ReasonId,
    Setting,
    Shop,
    ShopId,
    ShortCode,
    TaxRate,
    TaxRateId,
    Unit,
    UnitId,
    Warehouse,
    WarehouseId,
    WaybillSource,
)
from appliance.shop.settings.switches import Values, number, on, value, values
from appliance.shop.settings.turning import paper_number

__all__ = [
    "Branch",
    "BranchId",
    "Courier",
    "CourierId",
    "Currency",
    "CurrencyId",
    "MoneyItem",
    "MoneyItemId",
    "Packaging",
    "PackagingId",
    "Reason",
    "ReasonId",
    "Setting",
    "Shop",
    "ShopId",
    "ShortCode",
    "TaxRate",
    "TaxRateId",
    "Unit",
    "UnitId",
    "Values",
    "Warehouse",
    "WarehouseId",
    "WaybillSource",
    "add_branch",
    "add_shop",
    "add_warehouse",
    "first_lists",
    "number",
    "on",
    "paper_number",
    "rate_on",
    "regions",
    "value",
    "values",
    "working_day",
]
