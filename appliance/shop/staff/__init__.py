"""Who works here, what they may do, how they sign in, and which tablets were let in."""

from appliance.shop.staff.limits import backers, check_limit
from appliance.shop.staff.opening import first_shop
from appliance.shop.staff.pins import hash_pin, pin_of_first_owner
from appliance.shop.staff.records import (
    Device,
    DeviceId,
    Employee,
    EmployeeId,
    Job,
    Pin,
    Role,
    RoleId,
    Vouched,
)
from appliance.shop.staff.rights import rights_of
from appliance.shop.staff.roles import FIRST_ROLES, OWNER, role_id
from appliance.shop.staff.signin import check_pin

__all__ = [
    "FIRST_ROLES",
    "OWNER",
    "Device",
    "DeviceId",
    "Employee",
    "EmployeeId",
    "Job",
    "Pin",
    "Role",
    "RoleId",
    "Vouched",
    "backers",
    "check_limit",
    "check_pin",
    "first_shop",
    "hash_pin",
    "pin_of_first_owner",
    "rights_of",
    "role_id",
]
