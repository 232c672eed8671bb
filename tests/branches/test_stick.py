"""The stick: written at one box, carried by somebody, read at the other, and said when it may be pulled out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.assembly import rooms
from appliance.journal import Refusal
from appliance.shop.settings import add_branch
from appliance.shopfitting import close_box, in_company, let_in, open_box
from tests.branches.conftest import seen
from tests.branches.standing import Served, served
from tests.branches.test_chain import let_in as let_in_by_digits
from tests.cast import TestClock
from tests.patience import until


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as opened:
        yield opened


def ended(shop: Served, address: str) -> str:
    """Wait for a long work and return what it said."""
    asked, job = "select state, message from job where id = ? and state <> 'running'", address.rpartition("/")[2]
    row = until(lambda: shop.tablet.house.front.local.row(asked, job), "the work to end")
    return f"{row['state']}: {row['message']}"


def test_without_a_stick_the_page_waits_for_one(shop: Served, tmp_path: Path) -> None:
    assert "No stick is in" in seen(shop.tablet, "/branches/stick")
    answer = shop.tablet.post("/branches/stick/write", stick=str(tmp_path))
    assert ended(shop, answer.headers["location"]) == "refused: There is no stick any more. Put it in again."


def test_a_bundle_is_written_read_again_and_may_be_carried_away(shop: Served, tmp_path: Path) -> None:
    stick = tmp_path / "KINGSTON"
    stick.mkdir()
    shop.sticks.append(stick)
    page = seen(shop.tablet, "/branches/stick")
    assert "KINGSTON" in page
    answer = shop.tablet.post("/branches/stick/write", stick=str(stick))
    assert "there is nobody to write for" in ended(shop, answer.headers["location"])
    let_in_by_digits(shop)
    answer = shop.tablet.post("/branches/stick/write", stick=str(stick))
    assert ended(shop, answer.headers["location"]).startswith("done: It is on the stick and was read again.")
    page = seen(shop.tablet, "/branches/stick")
    assert "This box, for the others" in page
    assert [path.suffix for path in stick.iterdir()] == [".bundle"]


def test_what_another_box_wrote_is_taken_in(tmp_path: Path) -> None:
    with served(tmp_path) as shop:
        # A second box of the chain, in a folder of its own on this machine.
        config = let_in(shop.box.config, tmp_path / "second", code="A2", branch=shop.box.config.branch)
        stick = tmp_path / "stick"
        stick.mkdir()
        shop.sticks.append(stick)
        clock = TestClock()
        second = open_box(config, rooms(), clock=clock, anchors=tmp_path / "anchors")
        company = in_company(second, "A2", 8001, clock)
        assert company.circle.own
        shop.company.circle.learn(company.circle.own.raw)
        add_branch(second.journal.desk(who="", branch=config.branch), name="山里店")
        company.stick.write(stick)
        company.notebook.close()
        close_box(second)
        page = seen(shop.tablet, "/branches/stick")
        assert "A2" in page
        (name,) = [path.name for path in stick.iterdir()]
        answer = shop.tablet.post("/branches/stick/read", stick=str(stick), bundle=name)
        assert ended(shop, answer.headers["location"]).startswith("done: All of it was taken in.")
        assert "山里店" in seen(shop.tablet, "/branches")
        (stick / name).write_bytes((stick / name).read_bytes()[:-40])
        answer = shop.tablet.post("/branches/stick/read", stick=str(stick), bundle=name)
        assert ended(shop, answer.headers["location"]).startswith("done: What was whole was taken in")


def test_a_stick_that_cannot_be_read_says_why(shop: Served, tmp_path: Path) -> None:
    shop.sticks.append(tmp_path / "gone")
    page = seen(shop.tablet, "/branches/stick")
    assert "banner-bad" in page
    with pytest.raises(Refusal):
        shop.liaison.bundles(tmp_path / "elsewhere")
