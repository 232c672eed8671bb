"""The ground: the log of what was done, and the tables that are its shadow. It knows no shop."""

from appliance.journal.box import Box, Done
from appliance.journal.clock import Clock, business_day
from appliance.journal.desk import Action, Desk, action
from appliance.journal.disk import explained
from appliance.journal.ids import derive, is_id
from appliance.journal.journal import Journal
from appliance.journal.kinds import (
    Anywhere,
    Blob,
    Code,
    Day,
    Group,
    Hint,
    Id,
    Kind,
    Label,
    Limit,
    Moment,
    Money,
    Phone,
    Price,
    Qty,
    Rate,
    Ref,
    Secret,
    Text,
    Watched,
    Weight,
    Words,
)
from appliance.journal.merging import Merged
from appliance.journal.numbers import ONE, plain, round_half_up, spread, times, yuan
from appliance.journal.refusal import Refusal, Stale, Unable
from appliance.journal.rights import ASKING, EVERYTHING, EVERYWHERE, NOTHING, Range, Rights
from appliance.journal.rows import Opened, Row
from appliance.journal.schema import RoomShape, Schema
from appliance.journal.shapes import BRANCH, CHAIN, SUMMARY, Fact, Flow, Partition, Record, Sum

__all__ = [
    "ASKING",
    "BRANCH",
    "CHAIN",
    "EVERYTHING",
    "EVERYWHERE",
    "NOTHING",
    "ONE",
    "SUMMARY",
    "Action",
    "Anywhere",
    "Blob",
    "Box",
    "Clock",
    "Code",
    "Day",
    "Desk",
    "Done",
    "Fact",
    "Flow",
    "Group",
    "Hint",
    "Id",
    "Journal",
    "Kind",
    "Label",
    "Limit",
    "Merged",
    "Moment",
    "Money",
    "Opened",
    "Partition",
    "Phone",
    "Price",
    "Qty",
    "Range",
    "Rate",
    "Record",
    "Ref",
    "Refusal",
    "Rights",
    "RoomShape",
    "Row",
    "Schema",
    "Secret",
    "Stale",
    "Sum",
    "Text",
    "Unable",
    "Watched",
    "Weight",
    "Words",
    "action",
    "business_day",
    "derive",
    "explained",
    "is_id",
    "plain",
    "round_half_up",
    "spread",
    "times",
    "yuan",
]
