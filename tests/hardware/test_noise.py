"""Random bytes for as long as one likes (`make noise N=3600` is an hour): no error, and the next call is read rightly."""

import logging
import random
from pathlib import Path

import pytest

from appliance.demo.modem import Incoming
from appliance.hardware.line import Caller, Found, HungUp, Ring
from tests.hardware.plugs import Hurry, a_moment, plugged, switchboard

SPELLS = 60
SHORTEST_SPELL_S = 4
BYTES_A_STEP = 1_150
STEP_S = 0.1
pytestmark = pytest.mark.waits
"""As many bytes as a cable of 115200 bits a second carries."""


def test_after_any_time_of_noise_the_next_call_is_read_rightly(
    tmp_path: Path, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR, "appliance.modem")
    left = int(request.config.getoption("--noise"))
    chance, spell, calls = random.Random(11), max(SHORTEST_SPELL_S, left // SPELLS), 0
    link = tmp_path / "modem"
    with plugged(link, cuts=True) as modem, switchboard(tmp_path, paths=[str(link)]) as (board, ears):
        ears.hear(Found)
        while left > 0:
            for _ in range(int(min(left, spell) / STEP_S)):
                noise = chance.randbytes(BYTES_A_STEP)
                modem.do(lambda one, noise=noise: one.out.extend(noise))
                a_moment(STEP_S)
            left -= spell
            # What the noise may have begun is over after the longest wait for a ring.
            a_moment(12 / Hurry.FACTOR)
            ears.until(lambda: board.standings()[0].ready and not board.standings()[0].call)
            calls += 1
            _call(modem, ears, f"138{calls:08d}")
    assert calls >= 1
    assert caplog.records == []
    assert len({event.call for event in ears.told(HungUp)}) == len(ears.told(HungUp))


def _call(modem, ears, number: str) -> None:
    before = len(ears.events)
    modem.do(lambda one: one.ring(Incoming(number, rings=1)))
    ears.until(lambda: any(event.number == number for event in ears.told(Caller)))
    told = [event for event in ears.events[before:] if isinstance(event, Caller | Ring)]
    assert {event.call for event in told} == {told[0].call}
    assert not any(event.doubtful for event in told if isinstance(event, Caller))
    ended = len(ears.told(HungUp))
    ears.until(lambda: len(ears.told(HungUp)) > ended)
