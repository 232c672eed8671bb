"""Telling what a deed was about: the reason, the sum or the waybill that stands in its changes."""

from collections.abc import Sequence
from typing import Any

from appliance.journal import yuan

REASONS = ("frozen_reason", "revert_reason", "cancel_reason", "forced_reason", "remark", "mark")


def notes(changes: Sequence[Any]) -> str:
    """Pick out what a person wants to read beside the title of a deed."""
    told: list[str] = []
    for change in changes:
        match change:
            case ["s", "sales_order", _, dict(fields), *_]:
                told += [str(fields[name]) for name in REASONS if fields.get(name)]
            case ["f", "received", _, dict(fields)]:
                told.append(yuan(int(fields.get("amount", 0))))
            case ["s", "parcel", _, dict(fields), *_] if fields.get("waybill"):
                told.append(f"{fields.get('courier_name', '')} {fields['waybill']}".strip())
            case ["f", "taken_back", _, dict(fields)]:
                told.append(str(fields.get("reason", "")))
    return " · ".join(dict.fromkeys(one for one in told if one))
