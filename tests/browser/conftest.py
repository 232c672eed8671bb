"""A small demo shop made once, boxes that serve copies of it, and tablets in Debian's own browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from appliance.demo import open_demo
from appliance.shopfitting import first_start
from tests.browser.boxes import Box, MorningClock, copied, free_port, settle
from tests.browser.living import fill
from tests.browser.tablet import SIZES, Tablet
from tests.cast import MORNING
from tests.patience import PATIENCE_S

ORDERS, PEOPLE = 260, 80
expect.set_options(timeout=1_000 * PATIENCE_S)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo tea shop, small, and never opened: tests work on copies."""
    folder = tmp_path_factory.mktemp("demo")
    open_demo(folder, now_ms=MORNING - 1_000, orders=ORDERS, people=PEOPLE)
    settle(folder)
    return folder


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a screen. Its loop runs in this thread, so it is let go before other tests begin."""
    found = shutil.which("chromium")
    assert found, "Chromium is missing: ./packages chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def opened(folder: Path) -> Box:
    return Box(folder, free_port(), MorningClock()).start()


@pytest.fixture
def box(demo: Path, tmp_path: Path) -> Iterator[Box]:
    """The demo shop, open, for one test alone."""
    made = opened(copied(demo, tmp_path / "shop"))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def shown(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """The demo shop with something of everything, for tests that only look."""
    made = fill(opened(copied(demo, tmp_path_factory.mktemp("shown") / "shop")))
    yield made
    made.stop()


@pytest.fixture
def empty_box(tmp_path: Path) -> Iterator[Box]:
    """A box on its first morning: a shop, an owner with a PIN, and nothing else."""
    folder, clock = tmp_path / "new", MorningClock()
    _, journal, _ = first_start(folder, code="A1", shop="小满茶铺", owner="沈小满", pin="260521", clock=clock)
    journal.close()
    made = Box(folder, free_port(), clock).start()
    yield made
    made.stop()


@pytest.fixture
def new_tablet(browser: Browser) -> Iterator[Callable[..., Tablet]]:
    """Take a tablet from the shelf; each is looked over at the end for anything that went wrong."""
    taken: list[Tablet] = []

    def take(
        box: Box, who: str = "owner", *, size: str = "tablet", lang: str = "zh", theme: str = "light", **more: Any
    ) -> Tablet:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, is_mobile=size == "phone", has_touch=size != "desk",
            locale="zh-CN" if lang == "zh" else "en-GB", timezone_id="Asia/Shanghai", reduced_motion="reduce",
            color_scheme="dark" if theme == "dark" else "light", **more,
        )  # fmt: skip
        context.set_default_timeout(1_000 * PATIENCE_S)
        cookies = {"lang": lang, "theme": theme} | (signed_in(box, who) if who else {})
        context.add_cookies([{"name": name, "value": said, "url": box.address} for name, said in cookies.items()])
        taken.append(Tablet(box, context, context.new_page()).watch())
        return taken[-1]

    yield take
    for one in taken:
        one.context.close()
    for one in taken:
        one.nothing_wrong()


def signed_in(box: Box, role: str) -> dict[str, str]:
    """The cookies of somebody who let this tablet in and signed in at it."""
    doors = box.front.doors
    key = doors.enrol("Tablet")
    doors.forget()
    device = doors.device(key)
    assert device is not None
    return {"device": key, "desk": doors.begin(box.employee(role), device)}


@pytest.fixture
def tablet(box: Box, new_tablet: Callable[..., Tablet]) -> Tablet:
    """The owner's tablet at a shop of its own."""
    return new_tablet(box)
