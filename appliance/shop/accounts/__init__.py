"""Accounts: where money lies, what is owed, and which money paid for what.

The sums `received_for` and `charged_for` (document → amount) and `party_open` (party → owed, prepaid) may be joined by
views of lower rooms. A refund is money received below nothing, so both sums are net.
"""

from appliance.shop.accounts.actions import open_account
from appliance.shop.accounts.counter import (
    balance,
    charge,
    charged_for,
    check_credit,
    credit_left,
    receive,
    received_for,
    refund,
    take_back,
)
from appliance.shop.accounts.instalments import Instalment, check_instalments
from appliance.shop.accounts.lines import Part
from appliance.shop.accounts.records import (
    AccountId,
    Allocated,
    CashSession,
    Charged,
    MoneyAccount,
    MoneyMoved,
    MoneyPaper,
    PaperId,
    Partner,
    PartnerId,
    Received,
)

__all__ = [
    "AccountId",
    "Allocated",
    "CashSession",
    "Charged",
    "Instalment",
    "MoneyAccount",
    "MoneyMoved",
    "MoneyPaper",
    "PaperId",
    "Part",
    "Partner",
    "PartnerId",
    "Received",
    "balance",
    "charge",
    "charged_for",
    "check_credit",
    "check_instalments",
    "credit_left",
    "open_account",
    "receive",
    "received_for",
    "refund",
    "take_back",
]
