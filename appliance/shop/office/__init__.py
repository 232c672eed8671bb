"""The office: calls and what was said in them, notes, tasks, and where to find things."""

from appliance.shop.office.actions import (
    begin_recording,
    close_cut_off,
    dialled,
    end_recording,
    export_recording,
    finish_erasing,
    hang_up,
    keep_recording,
    line_found,
    line_lost,
    listen,
    pick_up,
    rang_once,
    retire_recordings,
    ring,
    swap_recording,
)
from appliance.shop.office.consent import Plan, plan
from appliance.shop.office.forgetting import anything_left
from appliance.shop.office.hearing import call_id
from appliance.shop.office.line_records import Notice
from appliance.shop.office.wishes import Wish, answers_itself, anybody_gone, blobs_to_drop, large, wishes

__all__ = [
    "Notice", "Plan", "Wish", "answers_itself", "anybody_gone", "anything_left", "begin_recording", "blobs_to_drop", "call_id",
    "close_cut_off", "dialled", "end_recording", "export_recording", "finish_erasing", "hang_up", "keep_recording", "large", "line_found",
    "line_lost", "listen", "pick_up", "plan", "rang_once", "retire_recordings", "ring", "swap_recording", "wishes",
]  # fmt: skip
