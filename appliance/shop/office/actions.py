"""What can be done in the office, gathered from the files where each trade is written."""

from appliance.shop.office.notes import (
    change_note,
    hear_note,
    pin_note,
    remove_note,
    restore_note,
    unpin_note,
    write_note,
)
from appliance.shop.office.sites import (
    add_bookmark,
    add_outlet,
    change_bookmark,
    change_outlet,
    disable_bookmark,
    disable_outlet,
    enable_bookmark,
    enable_outlet,
)
from appliance.shop.office.tasks import (
    add_task,
    assign_task,
    begin_task,
    change_task,
    check_off,
    drop_task,
    finish_task,
    hear_reminder,
    reopen_task,
    snooze_reminder,
)

__all__ = [
    "add_bookmark", "add_outlet", "add_task", "assign_task", "begin_task", "change_bookmark", "change_note",
    "change_outlet", "change_task", "check_off", "disable_bookmark", "disable_outlet", "drop_task", "enable_bookmark",
    "enable_outlet", "finish_task", "hear_note", "hear_reminder", "pin_note", "remove_note", "reopen_task",
    "restore_note", "snooze_reminder", "unpin_note", "write_note",
]  # fmt: skip
