"""Notes: one's own are nobody else's business, the board is everybody's."""

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop.office import actions as office
from appliance.shop.office.records import Note
from tests.cast import clean, meet
from tests.office.conftest import CHEN, ZHAO
from tests.orders.teahouse import House, refused
from tests.web.conftest import Tablet


def board(desk: Desk) -> list[str]:
    return [row.text for row in desk.rows("select text from note_list order by pinned desc, made_at desc")]


def test_what_is_kept_on_top_stands_before_what_is_newer(alice: Desk, house: House) -> None:
    rules = office.write_note(alice, text="周五盘点", shared=True)
    office.write_note(alice, text="李娜的茶壶留到周六", shared=True)
    office.pin_note(alice, note=rules)
    assert board(alice) == ["周五盘点", "李娜的茶壶留到周六"]
    office.unpin_note(alice, note=rules)
    assert board(alice)[0] == "李娜的茶壶留到周六"


def test_somebody_elses_own_note_is_as_if_it_were_not_there(alice: Desk, chen: Desk) -> None:
    note = office.write_note(chen, text="想辞职")
    refused("missing", lambda: office.change_note(alice, note=note, text="别走"))
    for deed in (office.pin_note, office.unpin_note, office.remove_note, office.restore_note, office.hear_note):
        refused("missing", lambda deed=deed: deed(alice, note=note))
    office.change_note(chen, note=note, text="先不走")
    assert chen.get(Note, note).text == "先不走"


def test_no_screen_and_no_form_tells_of_somebody_elses_own_note(
    alice: Desk, chen: Desk, house: House, alice_at: Tablet
) -> None:
    note = office.write_note(chen, text="工资太低", about=house.li_na, about_kind="customer")
    shown = alice.value("select changed from note where id = ?", note)
    for path in (
        "/office", "/office/notes", "/office/notes?q=工资", "/search?q=工资", f"/panel/office/customer/{house.li_na}",
        f"/do/office/change_note?note={note}", f"/do/office/remove_note?note={note}",
    ):  # fmt: skip
        assert "工资太低" not in alice_at.get(path).text
    for version in ("1", str(shown)):
        answer = alice_at.post("/do/office/change_note", note=note, text="涨", version=version)
        assert answer.status_code == 404 and "工资太低" not in answer.text
    assert chen.get(Note, note).text == "工资太低"


def test_whom_a_note_mentions_has_to_read_it(alice: Desk, chen: Desk, house: House) -> None:
    note = office.write_note(alice, text="周六请早到", mentions=[CHEN, ZHAO])
    waiting = "select count(*) from note_mention where employee = ? and heard = 0"
    assert alice.get(Note, note).shared
    assert chen.value(waiting, CHEN) == 1
    office.hear_note(chen, note=note)
    office.hear_note(chen, note=note)
    assert (chen.value(waiting, CHEN), chen.value(waiting, ZHAO)) == (0, 1)
    with pytest.raises(Refusal, match="does not wait for you"):
        office.hear_note(alice, note=note)


def test_a_note_stands_on_the_page_of_what_it_is_about(alice: Desk, house: House, alice_at: Tablet) -> None:
    office.write_note(alice, text="只要明前茶", shared=True, about=house.li_na, about_kind="customer")
    assert "只要明前茶" in alice_at.get(f"/panel/office/customer/{house.li_na}").text
    assert "李娜" in alice_at.get("/office/notes").text
    refused("missing", lambda: office.write_note(alice, text="?", about=house.li_na, about_kind="moved"))
    refused("missing", lambda: office.write_note(alice, text="?", about="nobody", about_kind="customer"))
    with pytest.raises(Refusal, match="Write something"):
        office.write_note(alice, text="  ")


def test_a_note_thrown_away_can_be_brought_back(alice: Desk, house: House) -> None:
    note = office.write_note(alice, text="茶样在抽屉里", shared=True)
    office.remove_note(alice, note=note)
    assert board(alice) == []
    office.restore_note(alice, note=note)
    assert board(alice) == ["茶样在抽屉里"]
    refused("missing", lambda: office.restore_note(alice, note="nothing"))


def test_notes_travel_to_the_other_boxes_of_the_branch(alice: Desk, bella: Desk) -> None:
    office.write_note(alice, text="钥匙在老地方", shared=True)
    meet(alice, bella)
    assert board(bella) == ["钥匙在老地方"]
    assert clean(bella) == []
