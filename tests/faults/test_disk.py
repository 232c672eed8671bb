"""The disk fills up, or turns read-only: people can look at everything, writing says why, and nothing is harmed."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Seed
from tests.faults.disks import SmallDisk, small_disk
from tests.faults.shop import Box, Goods, Tablet

FULL = "The disk of the box is full, so nothing can be written. Nothing was lost; free some room and try again."
BROKEN = "The disk of the box does not take writes any more. Nothing was lost; back up and change the disk."
SALE = "shipping.counter_sale"
BETWEEN_CHECKPOINTS = 256


def _picture() -> bytes:
    """A picture too large to lie between two other files."""
    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((600, 600), 80).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def disk(seed: Seed, tmp_path: Path) -> Iterator[SmallDisk]:
    made = small_disk(seed.folder, tmp_path / "disk", megabytes=320)
    yield made
    made.away()


@pytest.fixture
def served(disk: SmallDisk) -> Iterator[Box]:
    box = disk.box.open()
    yield box
    if box.process is not None:
        box.process.kill()
        box.process.communicate()


def test_on_a_full_disk_people_look_and_are_told_and_go_on_once_there_is_room(seed: Seed, disk: SmallDisk, served: Box):
    tablet, goods = Tablet(served.address, seed.cookies), seed.goods
    sold = [_sold(tablet, goods, f"before-{n}") for n in range(BETWEEN_CHECKPOINTS + 5)]
    log = disk.folder / "box" / "shop.db-wal"
    ordinary = log.stat().st_size
    ballast = disk.fill()
    refused = _sell_until_refused(tablet, goods, sold)
    assert refused == FULL
    for address in ("/", "/orders", f"/orders/{sold[0]}", "/stock", "/search?q=茶壶"):
        assert tablet.get(address).status_code == 200, address
    other = Tablet(served.address, {"device": seed.cookies["device"]}).sign_in(goods.owner)
    assert other.get("/orders").status_code == 200
    assert _refusal(other, goods, "still") == FULL
    ballast.unlink()
    sold += [_sold(tablet, goods, f"after-{n}") for n in range(2 * BETWEEN_CHECKPOINTS)]
    assert log.stat().st_size < 2.5 * ordinary, "nobody empties the log any more"
    served.end()
    assert served.check() == "All is well.\n"
    tablet = Tablet(served.open().address, seed.cookies)
    assert [one for one in sold if tablet.get(f"/orders/{one}").status_code != 200] == []


def _sold(tablet: Tablet, goods: Goods, key: str) -> str:
    answer = tablet.do(SALE, key, **goods.sale())
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def _refusal(tablet: Tablet, goods: Goods, key: str) -> str:
    answer = tablet.do(SALE, key, **goods.sale())
    assert answer.status_code == 422, answer.text
    return answer.json()["sentence"]


def _sell_until_refused(tablet: Tablet, goods: Goods, sold: list[str]) -> str:
    """What was preallocated may still be used up; then the box says no."""
    for number in range(4 * BETWEEN_CHECKPOINTS):
        answer = tablet.do(SALE, f"while-{number}", **goods.sale())
        if answer.status_code != 200:
            assert answer.status_code == 422, answer.text
            return answer.json()["sentence"]
        sold.append(answer.json()["id"])
    raise AssertionError("The disk never was full.")


def test_a_disk_that_fails_is_named_and_what_was_written_stays(seed: Seed, shop: Box):
    tablet, goods = Tablet(shop.open().address, seed.cookies), seed.goods
    sold = [_sold(tablet, goods, "before")]
    _fail_beyond(shop, (shop.folder / "shop.db-wal").stat().st_size)
    assert _refusal(tablet, goods, "while") == BROKEN
    assert tablet.get(f"/orders/{sold[0]}").status_code == 200
    _fail_beyond(shop, None)
    sold.append(_sold(tablet, goods, "while"))
    shop.end()
    assert shop.check() == "All is well.\n"


def _fail_beyond(shop: Box, size: int | None) -> None:
    """Let every write beyond this size of a file fail in the running box, as a dying card does; None heals it."""
    assert shop.process is not None
    limit = "unlimited" if size is None else str(size)
    told = ["prlimit", "--pid", str(shop.process.pid), f"--fsize={limit}:unlimited"]
    subprocess.run(told, check=True, capture_output=True)


def test_a_box_that_cannot_write_does_not_open_but_gives_its_data_away(disk: SmallDisk):
    disk.remount("ro")
    served = disk.box.run("serve")
    assert (served.returncode, served.stdout, served.stderr) == (1, "", BROKEN + "\n")
    assert disk.box.check() == "All is well.\n"
    assert len(disk.box.run("export").stdout.splitlines()) > 5


def test_a_picture_that_does_not_fit_leaves_no_half_file(disk: SmallDisk, served: Box, seed: Seed):
    tablet = Tablet(served.address, seed.cookies)
    disk.fill()
    form = tablet.get("/do/catalog/add_goods").text
    token = re.search(r'name="token" value="(\w+)"', form)
    assert token is not None
    answer = tablet.http.post(
        "/do/catalog/add_goods", data={"token": token[1], "name": "白瓷杯"}, files={"picture": ("cup.png", _picture())}
    )
    assert FULL in answer.text
    assert list((disk.folder / "box").rglob("*.part")) == []
