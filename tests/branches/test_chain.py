"""The screens of the chain: a box is let in by six digits, named, put out by the owner's word, or retired."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.journal import Refusal, derive
from appliance.shop.branches import actions
from appliance.shop.branches.boxes import written_revoke
from appliance.shop.branches.records import Member
from appliance.sync.boxes.circle import certify
from appliance.sync.boxes.keys import BoxKey, RootKey
from appliance.sync.boxes.letters import SentBack
from tests.branches.conftest import seen
from tests.branches.standing import Served, served


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as opened:
        yield opened


def let_in(shop: Served, code: str = "B1", name: str = "城西店") -> str:
    """Let a box in through the screens; returns its line's id."""
    answer = shop.tablet.post("/branches/invite", branch="new", name=name, code=code)
    assert answer.status_code == 303, answer.text[:2000]
    digits = re.search(r'aria-label="(\d{6})"', seen(shop.tablet, "/branches/door"))
    assert digits
    shop.knock(digits[1], code)
    return str(shop.desk.value("select id from member where code = ?", code))


def refused(sentence: str, deed: object, field: str = "") -> None:
    assert callable(deed)
    with pytest.raises(Refusal) as said:
        deed()
    assert (said.value.sentence, said.value.field) == (sentence, field)


def test_the_box_that_founded_the_chain_stands_in_its_list(shop: Served) -> None:
    page = seen(shop.tablet, "/branches")
    assert "This box is alone." in page
    assert "This box" in page
    assert shop.desk.rows("select code from member_list")[0].code == "A1"
    shop.liaison.introduce()
    assert shop.desk.value("select count(*) from member") == 1


def test_who_is_known_by_certificate_alone_is_written_down_for_the_others(shop: Served) -> None:
    # A box that was let in beside the screens: the others would refuse its word, so one they know must give it.
    root, key = RootKey.read(shop.box.config.folder / "root.key"), BoxKey(b"k" * 32)
    told = {"public": key.public, "exchange": key.exchange_public, "branch": shop.box.config.branch}
    shop.company.circle.learn(certify(root, code="A9", **told).raw)
    shop.liaison.introduce()
    shop.liaison.introduce()
    assert [row.code for row in shop.desk.rows("select code from member_list order by code")] == ["A1", "A9"]
    history = shop.journal.history(shop.journal.reading(), derive("member", key.box.hex()))
    assert len(history) == 1


def test_a_box_is_let_in_by_six_digits_and_stands_in_its_branch(shop: Served) -> None:
    assert 'value="A2"' in seen(shop.tablet, "/branches/invite")
    member = let_in(shop)
    door = seen(shop.tablet, "/branches/door")
    assert "B1 is in." in door
    page = seen(shop.tablet, "/branches")
    assert "城西店" in page
    assert "Never met" in page
    rows = shop.desk.rows(
        "select w.name, s.platform from shop s join warehouse w on w.id = s.warehouse where s.name = ?", "城西店"
    )
    assert [tuple(row) for row in rows] == [("城西店", "counter")]
    box = seen(shop.tablet, f"/branches/boxes/{member}")
    assert "http://b1:8000" in box
    assert shop.tablet.post(f"/branches/boxes/{member}/meet").status_code == 303
    history = shop.journal.history(shop.journal.reading(), member)
    assert [(deed.who, deed.action) for _, deed in history] == [("alice", "branches.let_in")]


def test_wrong_digits_let_nobody_in_and_the_door_can_be_closed(shop: Served) -> None:
    assert shop.tablet.post("/branches/invite", branch=shop.box.config.branch, name="", code="A2").status_code == 303
    digits = shop.liaison.invitation.digits if shop.liaison.invitation else ""
    with pytest.raises(SentBack):
        shop.knock(f"{(int(digits) + 1) % 10**6:06}", "A2")
    assert "Other digits were typed." in seen(shop.tablet, "/branches/door")
    assert shop.tablet.post("/branches/invite", branch=shop.box.config.branch, name="", code="A2").status_code == 303
    assert shop.tablet.post("/branches/door/close").status_code == 303
    assert "The door is closed." in seen(shop.tablet, "/branches/door")
    shop.tablet.post("/branches/invite", branch=shop.box.config.branch, name="", code="A2")
    shop.clock.ticks += 6 * 60_000
    assert "Nobody came in time." in seen(shop.tablet, "/branches/door")
    assert shop.desk.value("select count(*) from member") == 1


def test_what_the_door_refuses_is_said_beside_its_field(shop: Served) -> None:
    here = shop.box.config.branch
    answer = shop.tablet.post("/branches/invite", branch=here, name="", code="shop")
    assert answer.status_code == 422
    assert "A box&#39;s code is a letter or two and a number, like A1 or B2." in answer.text
    assert "The code A1 is taken." in shop.tablet.post("/branches/invite", branch=here, name="", code="a1").text
    answer = shop.tablet.post("/branches/invite", branch="new", name="", code="B1")
    assert "A name is needed." in answer.text


def test_where_the_owners_key_does_not_lie_the_recovery_sheet_is_asked_for(tmp_path: Path) -> None:
    with served(tmp_path, founder=False) as shop:
        here = shop.box.config.branch
        assert "Recovery sheet" in seen(shop.tablet, "/branches/invite")
        answer = shop.tablet.post("/branches/invite", branch=here, name="", code="A2", sheet="")
        assert "type the recovery sheet" in answer.text
        sheet = RootKey.read(tmp_path / "root.key").sheet
        assert shop.tablet.post("/branches/invite", branch=here, name="", code="A2", sheet=sheet).status_code == 303
        strange = RootKey.made(lambda size: b"x" * size).sheet
        answer = shop.tablet.post("/branches/invite", branch=here, name="", code="A3", sheet=strange)
        assert "of another chain" in answer.text


def test_a_box_is_put_out_by_the_owners_word_and_spoken_with_no_more(shop: Served) -> None:
    member = let_in(shop)
    box = shop.desk.get(Member, member).box
    form = seen(shop.tablet, f"/branches/boxes/{member}/out")
    assert "This cannot be taken back." in form
    answer = shop.tablet.post(f"/branches/boxes/{member}/out", reason="")
    assert "Say why; somebody will ask." in answer.text
    assert shop.tablet.post(f"/branches/boxes/{member}/out", reason="被偷了").status_code == 303
    assert shop.desk.get(Member, member).gone == "put_out"
    assert shop.journal.controls.cut_off(bytes.fromhex(box) + bytes(8))
    assert "被偷了" in seen(shop.tablet, f"/branches/boxes/{member}")
    answer = shop.tablet.post(f"/branches/boxes/{member}/out", reason="again")
    assert "not in the chain any more" in answer.text
    assert shop.liaison.link().state == "fresh"


def test_a_box_is_named_and_told_where_it_answers(shop: Served) -> None:
    member = let_in(shop)
    bad = "An address looks like http://192.168.1.20:8000 or https://shop.example."
    refused(bad, lambda: actions.describe_box(shop.desk, member=member, address="shop"), "address")
    actions.describe_box(shop.desk, member=member, name="收银台", address="https://shop.example")
    assert "收银台" in seen(shop.tablet, "/branches")
    told = shop.company.notebook.peer(bytes.fromhex(shop.desk.get(Member, member).box))
    assert told.urls[0] == "https://shop.example"


def test_a_box_that_is_done_is_retired_where_it_stands(shop: Served) -> None:
    member = let_in(shop)
    own = derive("member", shop.liaison.box)
    said = "This is the box you stand at. Do it at another box."
    refused(said, lambda: actions.retire_box(shop.desk, member=own))
    actions.retire_box(shop.desk, member=member, reason="换新的了")
    assert "Retired" in seen(shop.tablet, f"/branches/boxes/{member}")
    refused("This box is not in the chain any more.", lambda: actions.retire_box(shop.desk, member=member))


def test_only_what_the_owner_signed_makes_a_member(shop: Served) -> None:
    root = RootKey.read(shop.box.config.folder / "root.key")
    stranger = RootKey.made(lambda size: b"x" * size)
    key = BoxKey(b"k" * 32)

    def certificate(owner: RootKey, code: str, number: int = 1) -> str:
        told = {"public": key.public, "exchange": key.exchange_public, "branch": "b", "number": number}
        return certify(owner, code=code, **told).text

    nobody = "The owner of this chain did not sign that."
    for forged in (certificate(stranger, "B1"), "nonsense", "Ä"):
        refused(nobody, lambda forged=forged: actions.let_in(shop.desk, certificate=forged), "certificate")
    taken = "The code {given} is taken."
    refused(taken, lambda: actions.let_in(shop.desk, certificate=certificate(root, "A1")), "code")
    member = actions.let_in(shop.desk, certificate=certificate(root, "B1", 2), name="二号")
    assert actions.let_in(shop.desk, certificate=certificate(root, "B7", 1)) == member
    assert shop.desk.get(Member, member).code == "B1"
    actions.let_in(shop.desk, certificate=certificate(root, "B2", 3))
    assert (shop.desk.get(Member, member).code, shop.desk.get(Member, member).name) == ("B2", "二号")


def test_only_the_owners_word_puts_a_box_out(shop: Served) -> None:
    member, other = let_in(shop), let_in(shop, "C1", "三店")
    box = bytes.fromhex(shop.desk.get(Member, other).box)

    def put_out(signed: str) -> object:
        return lambda: actions.put_out(shop.desk, member=member, reason="x", signed=signed)

    refused("The owner of this chain did not sign that.", put_out("nonsense"), "signed")
    refused("That was signed for another box.", put_out(written_revoke(shop.company.revocation(box))), "signed")
    forged = shop.company.revocation(bytes.fromhex(shop.desk.get(Member, member).box))
    forged = type(forged)(forged.box, forged.number, forged.cuts, b"x" * 64)
    refused("The owner of this chain did not sign that.", put_out(written_revoke(forged)), "signed")


def test_the_pill_says_how_it_stands_with_the_others(shop: Served) -> None:
    assert shop.liaison.link().state == "fresh"
    member = let_in(shop)
    # Nobody has met the new box yet, so nobody may say that everything is told.
    link = shop.liaison.link()
    assert link.state == "off"
    assert link.count > 0
    actions.retire_box(shop.desk, member=member)
    assert shop.liaison.link().state == "fresh"


def test_a_shop_that_is_only_looked_at_lets_nobody_in(shop: Served) -> None:
    shop.tablet.house.front.gauges.clear()
    assert "only looked at" in seen(shop.tablet, "/branches/invite")
    assert "A1" in seen(shop.tablet, "/branches")
    assert shop.tablet.post("/branches/invite", branch="x", name="", code="A2").status_code == 404
