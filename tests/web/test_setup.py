"""The first page of a new box, seen from a tablet: what it asks for, what it refuses, and that it is used once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from appliance import config
from appliance.journal import Refusal
from appliance.setting_up import set_up
from appliance.shopfitting import MADE
from appliance.web.setup import Begun, Hands, Nearby, Setup, address_of
from tests.web.conftest import ORIGIN


class Shelf:
    """Whoever does what the page asks, and notes it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.finished = 0

    def open_shop(self, shop: str, owner: str) -> Begun:
        self.asked.append((shop, owner))
        return Begun(shop, "12345678", owner=owner, pin="280519", sheet="00000 11111")

    def join(self, url: str, digits: str) -> Begun:
        self.asked.append((url, digits))
        if digits != "123456":
            raise Refusal("The code has six digits.", field="code")
        return Begun("B1", "12345678", sign="AB12-CD34-EF56")

    def near(self) -> list[Nearby]:
        return [Nearby("小满茶铺 A1", "http://192.0.2.7:8000")]

    def done(self) -> None:
        self.finished += 1


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def tablet(shelf: Shelf, tmp_path: Path) -> Iterator[TestClient]:
    async def nothing() -> None:
        """No network in this test."""

    hands = Hands(shelf.open_shop, shelf.join, shelf.near, shelf.done)
    with TestClient(Setup(hands, tmp_path).app(begin=nothing, end=nothing)) as client:
        client.cookies.set("lang", "en", domain="testserver.local")
        client.headers.update(ORIGIN)
        yield client


def test_a_shop_is_opened_once_and_whoever_presses_again_sees_the_same(tablet: TestClient, shelf: Shelf):
    for _ in range(2):
        shown = tablet.post("/open", data={"shop": " 小满茶铺 ", "owner": "沈小满"})
        assert shown.status_code == 200
        assert all(word in shown.text for word in ("280519", "00000 11111", "/enrol?code=12345678"))
    assert shelf.asked == [("小满茶铺", "沈小满")] and shelf.finished == 1
    assert "280519" in tablet.get("/").text and "280519" in tablet.get("/join").text


@pytest.mark.parametrize(
    ("given", "said"),
    [({"shop": " ", "owner": "x"}, "What is the shop called?"), ({"shop": "x", "owner": ""}, "Who is the owner?")],
)
def test_a_shop_and_its_owner_have_names(tablet: TestClient, shelf: Shelf, given: dict[str, str], said: str):
    refused = tablet.post("/open", data=given)
    assert refused.status_code == 422 and said in refused.text
    assert shelf.asked == [] and shelf.finished == 0


def test_boxes_on_the_network_are_offered_and_their_refusal_stands_beside_the_digits(tablet: TestClient):
    assert "/join?at=http%3A//192.0.2.7%3A8000" in tablet.get("/").text
    assert 'value="http://192.0.2.7:8000"' in tablet.get("/join?at=http://192.0.2.7:8000").text
    refused = tablet.post("/join", data={"at": "192.0.2.7", "digits": "12"})
    assert refused.status_code == 422 and "The code has six digits." in refused.text
    joined = tablet.post("/join", data={"at": "192.0.2.7", "digits": "123456"})
    assert "AB12-CD34-EF56" in joined.text


@pytest.mark.parametrize("typed", ["", "ftp://192.0.2.7", "http://", "192.0.2.7:x", "192.0.2.7:0"])
def test_what_is_no_address_is_said(tablet: TestClient, typed: str):
    refused = tablet.post("/join", data={"at": typed, "digits": "123456"})
    assert refused.status_code == 422 and "An address looks like" in refused.text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" 192.0.2.7 ", "http://192.0.2.7:8000"),
        ("http://192.0.2.7:81", "http://192.0.2.7:81"),
        ("https://shop.example", "https://shop.example"),
        ("[2001:db8::7]", "http://[2001:db8::7]:8000"),
    ],
)
def test_an_address_is_read_as_people_type_it(typed: str, read: str):
    assert address_of(typed) == read


def test_a_page_of_elsewhere_sets_nothing_up(tablet: TestClient, shelf: Shelf):
    forged = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = tablet.post("/open", data={"shop": "x", "owner": "y"}, headers=forged, follow_redirects=False)
    assert answer.status_code == 303 and shelf.asked == []


def test_a_lost_shop_is_not_covered_by_a_new_one(tmp_path: Path):
    (tmp_path / "shop.db").write_bytes(b"a year of work")
    with pytest.raises(Refusal, match=r"box\.toml"):
        set_up(tmp_path)


def test_a_plug_pulled_while_a_box_moves_in_leaves_a_whole_box(tmp_path: Path):
    made = tmp_path / MADE
    made.mkdir()
    (made / config.NAME).write_text("", "ascii")
    (tmp_path / "shop.db").write_bytes(b"moved already")
    (made / "box.key").write_bytes(b"not yet")
    assert set_up(tmp_path)
    assert config.exists(tmp_path) and not made.exists()
    assert (tmp_path / "shop.db").read_bytes() == b"moved already"
    assert (tmp_path / "box.key").read_bytes() == b"not yet"
