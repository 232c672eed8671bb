"""How the house grows: a field is one line to keep, a few more to show; a room is a folder and its name.

Each test builds the house anew in a folder of its own, adds what it says and nothing else, and opens the shop there.
"""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reading import HOUSE

HEAD = """
import sys
from pathlib import Path
from litestar.testing import TestClient
from appliance import config
from appliance.assembly import open_journal, rooms
from appliance.journal import Box
from appliance.serving import open_house
from appliance.shop.customers import Customer
from appliance.shop.customers.actions import create
from appliance.shop.staff import role_id
from appliance.shopfitting import close_box, first_start

here = Path.cwd()

def shop():
    folder = here / "shop"
    if not config.exists(folder):
        _, journal, _ = first_start(folder, code="A1", shop="茶铺", owner="沈小满", pin="135790")
        journal.close()
    made, box = open_house(config.read(folder))
    return made, box

def tablet(made, box):
    doors = made.state.front.doors
    owner = box.journal.reading().execute("select id from employee").fetchone()[0]
    key = doors.enrol("Tablet"); doors.forget()
    client = TestClient(made, base_url="http://testserver.local")
    cookies = {"device": key, "desk": doors.begin(owner, doors.device(key)), "lang": "zh"}
    for name, value in cookies.items():
        client.cookies.set(name, value, domain="testserver.local")
    session = next(iter(doors._sessions.values()))
    def post(path, **data):
        headers = {"Origin": "http://testserver.local", "Sec-Fetch-Site": "same-origin"}
        answer = client.post(path, data={"token": session.token, **data}, headers=headers, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return answer
    return client, post

def a_customer(box):
    desk = box.journal.desk(who="", branch=box.config.branch)
    return create(desk, name="李娜", phone="13800001234")
"""


class Copy:
    """The house in a folder of its own, and what was changed in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        gone = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(HOUSE / "appliance", folder / "appliance", ignore=gone)

    def write(self, name: str, before: str, after: str) -> None:
        """Put `after` where `before` stood, once."""
        path = self.folder / "appliance" / "shop" / name
        text = path.read_text("utf-8")
        assert text.count(before) == 1, f"{name} has {before!r} {text.count(before)} times"
        path.write_text(text.replace(before, after), "utf-8")

    def add(self, name: str, text: str) -> None:
        path = self.folder / "appliance" / "shop" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")

    def changed(self) -> dict[str, int]:
        """Every file that is not as it was, with how many lines it has more."""
        told = {}
        for path in sorted(self.folder.glob("appliance/shop/**/*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_dir() or "__pycache__" in name:
                continue
            was = HOUSE / name
            before = was.read_text("utf-8").splitlines() if was.exists() else []
            after = path.read_text("utf-8").splitlines()
            more = sum(line.startswith("+ ") for line in difflib.ndiff(before, after)) if before != after else 0
            if more:
                told[name.removeprefix("appliance/shop/")] = more
        return told

    def run(self, story: str) -> None:
        """Open the shop of this house and live through a story."""
        env = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        asked = {"cwd": self.folder, "env": env, "capture_output": True, "text": True, "timeout": 120}
        if any(name.endswith(".po") for name in self.changed()):
            words = subprocess.run([sys.executable, "-m", "appliance.web.words_build"], **asked, check=False)  # type: ignore[call-overload]
            assert words.returncode == 0, words.stderr
        done = subprocess.run([sys.executable, "-c", HEAD + story], **asked, check=False)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stderr[-4_000:]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


REMARK = '    remark: Words = ""\n    shop: Annotated[ShopId, Label("Came from")] = ""\n    owner:'
LINE = '    favourite: Text = ""\n'


def test_one_line_stores_a_new_field_of_a_customer_and_carries_it_to_other_boxes(copy: Copy) -> None:
    # The customer was written before anybody thought of the field.
    copy.run("made, box = shop(); a_customer(box); close_box(box)")
    copy.write("customers/records.py", REMARK, LINE + REMARK)
    assert copy.changed() == {"customers/records.py": 1}
    copy.run("""
made, box = shop()
def favourite(journal):
    return journal.reading().execute("select favourite from customer").fetchone()[0]
assert favourite(box.journal) == ""
desk = box.journal.desk(who="", branch=box.config.branch)
found = box.journal.reading().execute("select id from customer").fetchone()[0]
from appliance.journal import action
@action("Note the favourite")
def note(desk, *, customer, favourite):
    desk.change(Customer, customer, favourite=favourite)
note(desk, customer=found, favourite="明前龙井")
assert favourite(box.journal) == "明前龙井"
other = open_journal(Box(here / "other", b"b" * 24, "B1"), rooms())
other.merge(box.journal.entries({})).result()
assert favourite(other) == "明前龙井"
other.close(); close_box(box)
""")


def test_three_files_of_one_room_edit_it_and_show_it(copy: Copy) -> None:
    copy.write("customers/records.py", REMARK, LINE + REMARK)
    copy.write("customers/actions.py", '    remark: Words = "",\n    shop: Annotated[ShopId, Label("Came from")] = "",\n    owner:',
               '    favourite: Text = "",\n    remark: Words = "",\n    shop: Annotated[ShopId, Label("Came from")] = "",\n    owner:')  # fmt: skip
    copy.write(
        "customers/actions.py",
        "        remark=remark,\n        shop=shop,\n        owner=owner,",
        "        favourite=favourite,\n        remark=remark,\n        shop=shop,\n        owner=owner,",
    )
    copy.write("customers/pages.py", "select l.*, k.sex,", "select l.*, k.favourite, k.sex,")
    copy.add("customers/zh.po", '\nmsgid "Favourite"\nmsgstr "爱喝"\n')
    shown = {name for name in copy.changed() if name != "customers/records.py"}
    assert len(shown) <= 3
    assert {name.partition("/")[0] for name in shown} == {"customers"}
    copy.run("""
made, box = shop()
with TestClient(made):
    client, post = tablet(made, box)
    found = a_customer(box)
    form = client.get(f"/do/customers/change?customer={found}").text
    assert "爱喝" in form and 'name="favourite"' in form
    post("/do/customers/change", customer=found, name="李娜", sex="unknown", favourite="明前龙井")
    page = client.get(f"/customers/{found}").text
    assert "爱喝" in page and "明前龙井" in page
close_box(box)
""")


ROOM = {
    "__init__.py": '"""Parking: whose car stands in the yard."""\n',
    "records.py": """from typing import ClassVar
from appliance.journal import CHAIN, Partition, Record, Text

class Car(Record, kw_only=True, frozen=True):
    \"\"\"A car in the yard.\"\"\"

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    plate: Text = ""
""",
    "actions.py": """from appliance.journal import Desk, Text, action
from appliance.shop.parking.records import Car

@action("Park car")
def park(desk: Desk, *, plate: Text) -> str:
    \"\"\"It stands in the yard now.\"\"\"
    return desk.put(Car(plate=plate))
""",
    "views.sql": "create view car_list as select c.id, c.plate, c.made_at from car c where c.deleted = 0;\n",
    "pages.py": """from appliance.web import Listing, Rail
from appliance.web import columns as c

PAGES = [
    Listing("Cars", path="/parking", view="car_list", see="parking.see", columns=[c.Text("plate"), c.Moment("made_at")],
            new="parking.park"),
]
RAIL = Rail("Parking", icon="pin", href="/parking")
""",
    "zh.po": 'msgid "Cars"\nmsgstr "车辆"\n\nmsgid "Park car"\nmsgstr "停车"\n\nmsgid "Parking"\nmsgstr "停车场"\n\nmsgid "Plate"\nmsgstr "车牌"\n',
}


def test_a_room_is_a_folder_and_its_name(copy: Copy) -> None:
    for name, text in ROOM.items():
        copy.add(f"parking/{name}", text)
    copy.write("__init__.py", '    "assistant",\n', '    "parking",\n    "assistant",\n')
    assert {name: more for name, more in copy.changed().items() if not name.startswith("parking/")} == {
        "__init__.py": 1
    }
    copy.run("""
made, box = shop()
with TestClient(made):
    client, post = tablet(made, box)
    home = client.get("/").text
    assert 'href="/parking"' in home and "停车场" in home
    assert "停车" in client.get("/parking").text
    post("/do/parking/park", plate="浙A88888")
    page = client.get("/parking").text
    assert "浙A88888" in page and "车牌" in page
close_box(box)
""")
