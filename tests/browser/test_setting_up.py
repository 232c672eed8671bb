"""A new box out of its bag: the first page opens a shop on one and joins it on another, with nothing but a tablet."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.boxes import free_port, until
from tests.patience import PATIENCE_S
from tests.reading import HOUSE

SIGN = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}")
"""Real boxes start, stop and join here; a busy machine takes its time over each."""


@dataclass
class New:
    """A box as it comes: a program, an empty folder, and an address."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def plug_in(tmp_path: Path) -> Iterator[Callable[[str], New]]:
    boxes: list[New] = []

    def plug(name: str) -> New:
        folder, port = tmp_path / name, free_port()
        command = [sys.executable, "-m", "appliance.main", "serve", "--host", "127.0.0.1", "--port", str(port)]
        around = os.environ | {"APPLIANCE_ANCHORS": str(tmp_path / "anchors")}
        process = subprocess.Popen([*command, "--data", str(folder)], cwd=HOUSE, env=around, stdout=subprocess.PIPE)
        boxes.append(New(folder, port, process))
        assert process.stdout is not None
        assert b"no shop yet" in process.stdout.readline()
        return boxes[-1]

    yield plug
    for box in boxes:
        box.process.terminate()
        box.process.wait(PATIENCE_S)


@pytest.fixture
def look(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def take(box: New, lang: str = "zh", width: int = 1180) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844})
        context.set_default_timeout(PATIENCE_S * 1000)
        context.add_cookies([{"name": "lang", "value": lang, "url": box.address}])
        contexts.append(context)
        page = context.new_page()
        until(lambda: _opens(page, box.address), "the first page")
        return page

    yield take
    for context in contexts:
        context.close()


def _opens(page: Page, address: str) -> bool:
    try:
        return page.goto(address) is not None
    except Exception:  # noqa: BLE001 - the browser has no narrower one for a door that is not open yet
        return False


def _come_in(page: Page, box: New, owner: str, pin: str) -> None:
    code = re.search(r"code=(\d+)", page.get_attribute("a[href^='/enrol']", "href") or "")
    assert code
    until(
        lambda: _opens(page, f"{box.address}/enrol?code={code[1]}") and page.query_selector("#name"),
        "the shop",
    )
    page.fill("#name", "Tablet")
    page.click("button.btn-primary")
    until(lambda: page.query_selector("a.tile") or not page.reload(), "the people of the shop")
    page.click(f"a.tile:has-text('{owner}')")
    page.fill("#pin", pin)
    page.click("button.btn-primary")
    expect(page).to_have_url(f"{box.address}/")


def test_two_boxes_are_set_up_by_their_first_pages(plug_in: Callable[[str], New], look: Callable[..., Page]):
    first = plug_in("first")
    phone = look(first, width=390)
    phone.fill("#shop", "小满茶铺")
    phone.click("button:has-text('开店')")
    expect(phone.locator("#owner:invalid")).to_have_count(1)
    phone.fill("#owner", "沈小满")
    phone.click("button:has-text('开店')")
    pin = phone.inner_text(".door-big")
    assert re.fullmatch(r"\d{6}", pin)
    assert re.fullmatch(r"(\d{5} ?){10}", phone.inner_text(".door-sheet"))
    _come_in(phone, first, "沈小满", pin)

    phone.goto(f"{first.address}/branches/invite")
    phone.select_option("[name=branch]", "new")
    phone.fill("[name=name]", "东门店")
    phone.click("form.deed button.btn-primary")
    digits = phone.get_attribute(".door-big", "aria-label") or ""

    second = plug_in("second")
    tablet = look(second, lang="en")
    tablet.click("a:has-text('Type an address')")
    tablet.fill("#at", first.address)
    tablet.fill("#digits", digits)
    tablet.click("button:has-text('Join')")
    expect(tablet.locator("main")).to_contain_text(SIGN)
    sign = SIGN.search(tablet.inner_text("main"))
    assert sign
    expect(phone.locator("#door")).to_contain_text(sign[0])
    _come_in(tablet, second, "沈小满", pin)
    expect(tablet.locator(".branch")).to_contain_text("东门店")


def test_wrong_digits_are_said_beside_their_field_and_the_box_stays_new(
    plug_in: Callable[[str], New], look: Callable[..., Page]
):
    box = plug_in("new")
    tablet = look(box)
    tablet.goto(f"{box.address}/join?at={box.address}")
    for digits in ("12345", "123456"):
        tablet.fill("#digits", digits)
        tablet.click("button:has-text('加入')")
        expect(tablet.locator("#digits[aria-invalid], #at[aria-invalid]")).to_have_count(1)
    assert not list(box.folder.glob("box.*"))
