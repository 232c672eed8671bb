"""Long work lets those who wait for a page go first, and is held up by nobody for long."""

from __future__ import annotations

import threading

from appliance.journal.guests import MOST_WAITS, Guests
from tests.patience import PATIENCE_S


def asked(guests: Guests, ends_after: int) -> int:
    """How often work looked whether it may go on."""
    times = 0

    def enough() -> bool:
        nonlocal times
        times += 1
        return times == ends_after

    guests.let_pass(enough)
    return times


def test_where_nobody_waits_work_goes_on_at_once():
    assert asked(Guests(), ends_after=1) == 0


def test_work_waits_while_somebody_is_answered_but_not_for_ever():
    guests = Guests()
    guests.enter()
    assert asked(guests, ends_after=0) == MOST_WAITS
    guests.enter()
    guests.leave()
    assert asked(guests, ends_after=0) == MOST_WAITS
    guests.leave()
    assert asked(guests, ends_after=0) == 0


def test_whoever_wants_to_write_ends_the_waiting():
    guests = Guests()
    guests.enter()
    assert asked(guests, ends_after=3) == 3


def test_the_last_one_who_leaves_lets_work_go_on():
    guests, waits = Guests(), threading.Event()
    guests.enter()

    def leaves() -> bool:
        if not waits.is_set():
            waits.set()
            threading.Thread(target=guests.leave).start()
        return False

    worker = threading.Thread(target=lambda: [guests.let_pass(leaves) for _ in range(100)])
    worker.start()
    worker.join(PATIENCE_S)
    assert waits.is_set() and not worker.is_alive()
    assert asked(guests, ends_after=0) == 0
