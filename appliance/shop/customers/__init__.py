"""Customers: files, classes, phones, addresses, doubles and credit.

A customer's id in an older paper may belong to a file that was merged since. Lower rooms that gather what belongs to
one customer join `customer_root` (id, root) in their views, or ask `members`.
"""

from appliance.shop.customers.actions import add_account, add_phone, create
from appliance.shop.customers.erasing import own_numbers, pieces
from appliance.shop.customers.matching import current, holder, match, match_phone, members
from appliance.shop.customers.phones import calling_number, is_masked, normal_phone
from appliance.shop.customers.records import (
    CUSTOMER_BOUGHT,
    Customer,
    CustomerAccount,
    CustomerAddress,
    CustomerAddressId,
    CustomerClass,
    CustomerClassId,
    CustomerId,
    CustomerPhone,
    CustomerPhoneId,
)

__all__ = [
    "CUSTOMER_BOUGHT",
    "Customer",
    "CustomerAccount",
    "CustomerAddress",
    "CustomerAddressId",
    "CustomerClass",
    "CustomerClassId",
    "CustomerId",
    "CustomerPhone",
    "CustomerPhoneId",
    "add_account",
    "add_phone",
    "calling_number",
    "create",
    "current",
    "holder",
    "is_masked",
    "match",
    "match_phone",
    "members",
    "normal_phone",
    "own_numbers",
    "pieces",
]
