"""What makes the demo shop fuller than it is on its first morning: files were imported, and rarer things exist."""

from __future__ import annotations

from appliance.demo import FILES
from appliance.shop.accounts.actions import open_till
from appliance.shop.catalog.actions import add_price_list, set_list_prices
from appliance.shop.catalog.pricing import PriceRow
from appliance.shop.marketplace.actions import lay_in, take_in
from appliance.shop.office import actions as calls
from appliance.shop.office.actions import add_bookmark, add_outlet, add_task, write_note
from appliance.shop.orders import facts
from appliance.shop.orders.review import findings, gates
from appliance.shop.settings.currencies import add_currency
from tests.browser.boxes import Box, until


def import_files(box: Box) -> None:
    """Lay in all the files of the seller's desk and take them in, the items after the orders; one row is damaged."""
    shop = box.value("select id from shop where platform = 'taobao'")
    for path in sorted((box.folder / FILES).iterdir(), reverse=True):
        file = box.desk("", box.front.config.branch).keep(path.read_bytes())
        job = box.do(lay_in, file=file, shop=shop)
        until(lambda: state(box, job) == "checked", f"{path.name} to be looked at")  # noqa: B023 - waited for at once
        box.do(take_in, import_job=job)
        until(lambda: state(box, job) == "done", f"{path.name} to be taken in")  # noqa: B023


def ring(box: Box) -> None:
    """Let there have been calls: one that was talked on and recorded, one that was missed, one without a number."""
    line = box.do(calls.line_found, place="usb-1", model="CX93001", can=["caller_id", "voice", "dial", "listen_in"])
    phone = box.value("select normal from customer_phone where normal <> '' limit 1")
    talked = box.do(calls.ring, line=line, call="1", number=phone, presentation="allowed")
    box.do(calls.pick_up, call=talked)
    box.do(calls.note_call, call=talked, note="周六来取,要两盒")
    recorder = box.made.state.exchange.telephone.recorder
    taking = recorder.begin(f"{talked}.0001")
    taking.add(bytes(range(250)) * 400)
    taken = taking.finish()
    size, blob = taken.path.stat().st_size, box.journal.blobs.adopt(taken.path)
    box.do(
        calls.keep_recording, call=talked, take=taken.name, blob=blob, size=size, length_ms=taken.samples // 8,
        peaks=taken.peaks, notice="spoken",
    )  # fmt: skip
    box.do(calls.hang_up, call=talked, how="answered", rings=2, talked_ms=6_250)
    for place, number in (("2", "02166667777"), ("3", "")):
        presentation = "allowed" if number else "withheld"
        missed = box.do(calls.ring, line=line, call=place, number=number, presentation=presentation)
        box.do(calls.hang_up, call=missed, how="missed", rings=5)


def state(box: Box, job: str) -> str:
    return str(box.value("select state from import_job_list where id = ?", job))


def fill(box: Box) -> Box:
    """Let the shop have something of everything that a page can show."""
    import_files(box)
    prices = box.do(add_price_list, name="茶友价")
    rows = [
        PriceRow(sku=row["id"], price=row["retail"] * 9 // 10) for row in box.rows("select * from sku_list limit 5")
    ]
    box.do(set_list_prices, price_list=prices, prices=rows)
    box.do(add_currency, name="美元", code="USD")
    box.do(add_task, title="给茶厂打电话,问明前茶到货", due_on="2026-11-24")
    box.do(write_note, text="周五下班前盘点货架 A 到 C,\n缺的写在这里。", shared=True, pinned=True, colour="yellow")
    box.do(add_outlet, courier=box.value("select id from courier"), name="余杭仓前点", cut_off="17:30")
    box.do(add_bookmark, name="千牛", url="myseller.taobao.com", account="小满茶铺:客服1")
    box.do(open_till, account=box.value("select id from money_account where kind = 'cash'"), counted=50_000)
    ring(box)
    box.front.doors.enrol("前台平板")
    return box


def to_review(box: Box, *, easy: bool) -> list[str]:
    """Orders that wait for review and have nothing in the way, or something."""
    desk = box.desk(box.employee("owner"), box.front.config.branch)
    waiting = [
        row["id"] for row in box.rows("select id from order_list where state = 'to_review' order by placed_at desc")
    ]
    known = {order: facts.gather(desk, desk.journal.author.hex(), order) for order in waiting}
    return [order for order, told in known.items() if told and bool(findings(told) or gates(told)) != easy]
