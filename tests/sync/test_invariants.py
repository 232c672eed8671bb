"""The 22 invariants of spec/sync.md section 6, and which tests hold each. Here is only seen that those tests stand.

`simulation` is every seed of tests/simulation, judged by its `laws`, and `machine` the same laws under rules that
hypothesis draws and shortens.
"""

from __future__ import annotations

import re

import pytest

from tests.reading import TESTS

SIMULATION = "simulation/test_simulation.py::test_boxes_agree_whatever_happens_to_them"
MACHINE = "simulation/test_machine.py::TestBoxes"
HELD: dict[int, tuple[str, ...]] = {
    1: (SIMULATION, MACHINE, "journal/test_laws.py::test_any_order_any_split_and_any_repetition_of_what_was_sent_come_to_the_same"),
    2: (SIMULATION, MACHINE),
    3: (SIMULATION, MACHINE, "journal/test_faults.py::test_killed_two_hundred_times_nothing_acknowledged_is_missing"),
    4: (SIMULATION, MACHINE, "sync/test_incarnation.py::test_a_database_copied_back_within_one_day_opens_as_another_author"),
    5: (SIMULATION, MACHINE),
    6: (SIMULATION, MACHINE),
    7: (SIMULATION, MACHINE, "inventory/test_conservation.py::test_no_goods_appear_and_none_vanish"),
    8: (
        "allowances/test_allowances.py::holds",
        "orders/test_pools.py::test_whatever_is_done_apart_every_promise_and_every_right_is_covered_by_what_lies_there",
    ),
    9: (SIMULATION, MACHINE, "branches/test_inbox_laws.py::test_every_contradiction_is_in_every_inbox_once_and_settled_everywhere"),
    10: ("catalog/test_goods.py::test_who_claimed_a_code_first_holds_it_and_the_other_is_given_a_new_one",),
    11: (SIMULATION, MACHINE, "branches/test_inbox_laws.py::test_every_contradiction_is_in_every_inbox_once_and_settled_everywhere"),
    12: (
        SIMULATION, MACHINE, "journal/test_clock.py::test_stamps_only_grow_whatever_the_wall_says",
        "journal/test_clock.py::test_a_date_nobody_vouches_for_moves_at_most_ten_minutes_ahead",
        "journal/test_clock.py::test_what_is_taken_back_keeps_its_order_and_leaves_the_past_alone",
    ),
    13: ("journal/test_merging.py::test_a_poisonous_change_stops_nothing",),
    14: (SIMULATION, "journal/test_forks.py::test_what_a_cut_off_box_wrote_beyond_the_cut_counts_nowhere_whatever_the_order"),
    15: (
        "journal/test_erasing.py::test_nothing_is_left_whatever_was_written_before_and_after",
        "sync/hub/test_order.py::test_an_erased_person_vanishes_from_the_hub_and_its_files_and_the_chain_still_verifies",
    ),
    16: (
        "journal/test_trimming.py::test_trimming_changes_no_digest",
        "journal/test_trimming.py::test_a_box_away_too_long_hands_over_its_own_and_loses_none_of_it",
    ),
    17: ("journal/test_laws.py::test_a_snapshot_joined_is_the_log_told_and_trimming_first_or_last_is_the_same",),
    18: (SIMULATION, MACHINE, "sync/test_swap.py::test_nothing_new_is_said_in_few_bytes_and_writes_nothing"),
    19: (SIMULATION, "journal/test_laws.py::test_bytes_from_anywhere_are_read_or_unreadable"),
    20: ("journal/test_segments.py::test_a_sale_does_not_wait_for_a_merge_under_way",),
    21: (SIMULATION, "journal/test_merging.py::test_what_this_version_does_not_know_is_kept_relayed_and_applied_later"),
    22: ("accounts/test_invariants.py::test_a_closed_period_gains_nothing",),
}  # fmt: skip
"""20: that it takes no longer than a bound is measured by `make bench`, for no test asserts a time. 22: at one box."""


def test_every_invariant_is_held_by_a_test():
    assert list(HELD) == list(range(1, 23))


@pytest.mark.parametrize("name", sorted({name for names in HELD.values() for name in names}))
def test_what_holds_an_invariant_stands(name: str):
    path, _, test = name.partition("::")
    told = (TESTS / path).read_text("utf-8")
    assert re.search(rf"^(def |class |){test}\b", told, re.MULTILINE)
