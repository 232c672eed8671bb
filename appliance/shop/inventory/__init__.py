"""Stock: what lies in each warehouse, what it cost, what is promised, and every movement that led there."""

from appliance.shop.inventory import elsewhere
from appliance.shop.inventory.actions import (
    InLine,
    OpeningLine,
    OutLine,
    adjust_value,
    convert,
    opening_stock,
    other_in,
    other_out,
    reverse,
    scrap,
    set_low_stock,
)
from appliance.shop.inventory.check import Fault, verify
from appliance.shop.inventory.ledger import (
    HELD_BACK,
    Place,
    Wanted,
    available,
    check_enough,
    check_owned,
    give_back,
    held,
    issue,
    issue_all,
    on_hand,
    receive,
    revalue,
    reviewable,
    vary,
    worth,
)
from appliance.shop.inventory.pools import (
    NO_RIGHT,
    PURSE,
    check_rights,
    give_rights,
    kept_here,
    pool_id,
    settle_pools,
    spend_rights,
    spendable,
    stand_of,
)
from appliance.shop.inventory.records import (
    HELD,
    STOCK,
    VARIANCE,
    MovedKind,
    Pool,
    PoolId,
    Quality,
    StockPaper,
    StockPaperId,
    Transfer,
    TransferId,
)
from appliance.shop.inventory.transfers import TransferGoods, request_transfer

__all__ = [
    "HELD", "HELD_BACK", "NO_RIGHT", "PURSE", "STOCK", "VARIANCE", "Fault", "InLine", "MovedKind", "OpeningLine", "OutLine", "Place", "Pool", "PoolId",
    "Quality", "StockPaper", "StockPaperId", "Transfer", "TransferGoods", "TransferId", "Wanted", "adjust_value", "available", "check_enough", "check_owned", "check_rights",
    "convert", "elsewhere", "give_back", "give_rights", "held", "issue", "issue_all", "kept_here", "on_hand", "opening_stock", "other_in", "other_out", "pool_id",
    "receive", "request_transfer", "revalue", "reverse", "reviewable", "scrap", "set_low_stock", "settle_pools", "spend_rights", "spendable", "stand_of", "vary", "verify", "worth",
]  # fmt: skip
