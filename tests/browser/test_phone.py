"""The phone rings: from the first ring to a note and to hearing again what was said, by hand and with real modems' bytes."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from appliance.journal.check import check
from appliance.shop.office.actions import allow_rules, record_line
from tests.browser.boxes import Box, MorningClock, copied, free_port, until
from tests.browser.living import import_files
from tests.browser.tablet import Tablet

STRANGER = "13911112222"
CANVASSER = "02166667777"


@pytest.fixture
def phones(demo: Path, tmp_path: Path) -> Iterator[Box]:
    """The demo shop with its telephones, where recording is allowed."""
    box = Box(copied(demo, tmp_path / "shop"), free_port(), MorningClock(), demo=True).start()
    until(lambda: box.value("select count(*) from phone_line where ready = 1") == 2, "the modems to be ready")
    box.do(allow_rules, purpose="核对电话订单", understood=True)
    for row in box.rows("select id from phone_line"):
        box.do(record_line, line=row["id"])
    yield box
    box.stop()


def words(box: Box, lang: str) -> Callable[..., str]:
    return box.front.languages[lang]


def card(at: Tablet, name: str) -> Locator:
    return at.page.locator("#corner .pop", has_text=name)


def let_ring(box: Box, new_tablet: Any, number: str, what: str = "ring") -> Tablet:
    """Press a button of the demo's page at another tablet."""
    demo: Tablet = new_tablet(box)
    demo.go("/demo/phone")
    press(demo, what, number)
    return demo


def press(demo: Tablet, what: str, number: str = "") -> None:
    chosen = f'form:has([name=what][value="{what}"])'
    if number:
        chosen += f':has([name=number][value="{number}"])'
    demo.page.locator(chosen).first.locator("button").dispatch_event("click")
    demo.page.wait_for_load_state()


@pytest.mark.parametrize(("lang", "size"), [("zh", "tablet"), ("en", "tablet"), ("zh", "phone"), ("en", "phone")])
def test_from_the_ring_to_the_note_to_the_playback(phones: Box, new_tablet: Any, lang: str, size: str) -> None:
    _ = words(phones, lang)
    at: Tablet = new_tablet(phones, size=size, lang=lang).go("/orders")
    page = at.page
    caller = phones.rows(
        "select p.normal, c.name, c.id from order_list o join customer c on c.id = o.customer join customer_phone p "
        "on p.customer = c.id where p.normal <> '' and o.state = 'to_review' order by o.placed_at desc limit 1"
    )[0]
    page.locator("#sift").focus()
    page.keyboard.type("茶")
    demo = let_ring(phones, new_tablet, caller["normal"])

    shown = card(at, caller["name"])
    expect(shown).to_be_visible()
    expect(shown.locator("[data-since]")).to_have_text(re.compile(r"^0\d:\d\d$"))
    assert page.evaluate("() => [document.activeElement.id, document.activeElement.value]") == ["sift", "茶"]
    assert at.violations() == []
    assert at.sideways(page.viewport_size["width"]) == []  # type: ignore[index]

    shown.get_by_role("link", name=_("I take it")).click()
    expect(shown.locator(".rec")).to_be_visible()
    expect(shown.get_by_text(_("Say it: to serve you well, this call is recorded."))).to_be_visible()
    until(lambda: phones.value("select recording_since from call order by began_at desc limit 1"), "the recording")

    shown.get_by_role("link", name=_("Note it")).click()
    page.locator("#dlg textarea").fill("周六来取,要两盒")
    page.locator("#dlg .btn-primary").click()
    expect(shown.get_by_text("周六来取,要两盒").first).to_be_visible()

    shown.get_by_role("button", name=_("Make it small")).click()
    expect(shown.locator(".pop-pill")).to_be_visible()
    expect(shown.locator(".pop-in")).to_be_hidden()
    shown.locator(".pop-pill").click()
    expect(shown.locator(".pop-in")).to_be_visible()

    page.wait_for_timeout(2_500)
    press(demo, "gives_up")
    until(lambda: phones.value("select count(*) from recording") == 1, "the recording to be kept")
    until(lambda: phones.value("select state from call") == "answered", "the end of the call")
    page.wait_for_function("() => !document.querySelector('#corner [data-going]')")
    shown.get_by_role("button", name=_("Close")).click()
    expect(shown).to_be_hidden()

    heard_again(phones, at, _)
    assert check(phones.journal) == []


def heard_again(box: Box, at: Tablet, _: Callable[..., str]) -> None:
    """Find the call in its list, listen to it, and go to a place in it."""
    page = at.page
    at.go("/office/calls")
    page.locator(".list td > a:not(.btn)").first.click()
    player = page.locator(".player")
    expect(player).to_be_visible()
    at.sees("周六来取,要两盒")
    assert at.violations() == []
    player.get_by_role("button", name=_("Play")).click()
    page.wait_for_function("() => document.querySelector('.player audio').currentTime > 0.5")
    expect(player.locator("rect.p").first).to_be_attached()
    player.get_by_role("button", name=_("Pause")).click()
    seek = player.get_by_role("slider", name=_("Place in the recording"))
    seek.evaluate("(el) => { el.value = 1500; el.dispatchEvent(new Event('input', { bubbles: true })); }")
    page.wait_for_function("() => Math.abs(document.querySelector('.player audio').currentTime - 1.5) < 0.2")
    assert box.value("select count(*) from listened") == 1
    page.reload()
    expect(page.get_by_text(_.name("listened")).first).to_be_visible()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("lang", "size"), [("zh", "tablet"), ("en", "phone")])
def test_two_ring_at_once_while_files_are_taken_in(phones: Box, new_tablet: Any, lang: str, size: str) -> None:
    _ = words(phones, lang)
    at: Tablet = new_tablet(phones, size=size, lang=lang).go("/orders")
    quiet: Tablet = new_tablet(phones, who="cashier", size=size, lang=lang).go("/")
    importing = threading.Thread(target=import_files, args=(phones,))
    importing.start()
    demo = let_ring(phones, new_tablet, "", "both")
    cards = at.page.locator("#corner .pop")
    expect(cards).to_have_count(2)
    expect(quiet.page.locator("#corner .pop")).to_have_count(2)
    opened = at.page.locator('#corner .pop[data-is="open"]')
    expect(opened).to_have_count(1)
    shut = at.page.locator('#corner .pop[data-is="shut"]')
    shut.locator(".pop-t").click()
    expect(opened).to_have_count(1)
    expect(shut).to_have_count(1)
    assert at.violations() == []

    # Closing a card at one tablet closes it at no other.
    stranger = card(at, CANVASSER)
    card(quiet, CANVASSER).get_by_role("button", name=_("Close")).click()
    expect(card(quiet, CANVASSER)).to_be_hidden()
    expect(stranger).to_be_visible()
    if stranger.get_attribute("data-is") != "open":
        stranger.locator(".pop-t").click()
    stranger.get_by_role("link", name=_("Nuisance")).click()
    at.page.locator("#dlg .btn-primary").click()
    expect(stranger).to_be_hidden()
    importing.join(60)
    assert not importing.is_alive()
    press(demo, "gives_up")
    assert check(phones.journal) == []


def test_a_stranger_becomes_a_customer_from_the_card(phones: Box, new_tablet: Any) -> None:
    at: Tablet = new_tablet(phones).go("/")
    let_ring(phones, new_tablet, STRANGER)
    shown = card(at, "139 1111 2222")
    expect(shown).to_be_visible()
    shown.get_by_role("link", name="新建客户").click()
    expect(at.page.locator("[name=phone]")).to_have_value(STRANGER)
    at.page.locator("[name=name]").fill("王芳")
    at.page.locator("form.deed .btn-primary").click()
    expect(card(at, "王芳")).to_be_visible()
