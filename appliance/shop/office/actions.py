"""What can be done in the office, gathered from the files where each trade is written."""

from appliance.shop.office.calls import (
    answer_call,
    answered_call,
    choose_callers,
    dial_call,
    dial_phone,
    file_call,
    link_call,
    missed_call,
    note_call,
    nuisance_call,
    put_down_call,
    reject_call,
    take_call,
    welcome_call,
)
from appliance.shop.office.forgetting import erase_person, finish_erasing
from appliance.shop.office.hearing import (
    close_cut_off,
    dialled,
    hang_up,
    line_found,
    line_lost,
    pick_up,
    rang_once,
    ring,
)
from appliance.shop.office.lines import change_line, check_line, restart_line, retire_line, use_line
from appliance.shop.office.notes import (
    change_note,
    hear_note,
    pin_note,
    remove_note,
    restore_note,
    unpin_note,
    write_note,
)
from appliance.shop.office.recordings import (
    begin_recording,
    delete_recording,
    end_recording,
    export_recording,
    hold_recording,
    keep_recording,
    listen,
    opt_in,
    opt_out,
    protect_recording,
    record_call,
    release_recording,
    retire_recordings,
    swap_recording,
    unprotect_recording,
    unrecord_call,
)
from appliance.shop.office.rules import (
    allow_rules,
    answer_line,
    change_rules,
    clear_greeting,
    forbid_rules,
    record_line,
    set_greeting,
    unrecord_line,
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
    "add_bookmark", "add_outlet", "add_task", "allow_rules", "answer_call", "answer_line", "answered_call", "assign_task", "begin_recording", "begin_task", "change_bookmark", "change_line", "change_note", "change_outlet", "change_rules", "change_task", "check_line", "check_off", "choose_callers", "clear_greeting", "close_cut_off", "delete_recording", "dial_call", "dial_phone", "dialled", "disable_bookmark", "disable_outlet", "drop_task", "enable_bookmark", "enable_outlet", "end_recording", "erase_person", "export_recording", "file_call", "finish_erasing", "finish_task", "forbid_rules", "hang_up", "hear_note", "hear_reminder", "hold_recording", "keep_recording", "line_found", "line_lost", "link_call", "listen", "missed_call", "note_call", "nuisance_call", "opt_in", "opt_out", "pick_up", "pin_note", "protect_recording", "put_down_call", "rang_once", "record_call", "record_line", "reject_call", "release_recording", "remove_note", "reopen_task", "restart_line", "restore_note", "retire_line", "retire_recordings", "ring", "set_greeting", "snooze_reminder", "swap_recording", "take_call", "unpin_note", "unprotect_recording", "unrecord_call", "unrecord_line", "use_line", "welcome_call", "write_note",
]  # fmt: skip
