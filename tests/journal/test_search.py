"""Search finds 张伟, 茶, zw, the tail of a phone and part of a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import Desk, search
from appliance.journal.search import pieces, question
from tests.journal import toy


@pytest.mark.parametrize(
    "asked",
    ["张伟", "张", "伟", "zw", "zhang", "zhangwei", "0000227731", "7731", "SO-A1", "so-a1-261124-0001", "２７７３１"],
)
def test_a_person_is_found_however_they_are_asked_for(lina: Desk, asked: str):
    toy.sell(lina, name="李娜", total=100)
    buyer = toy.register(lina, name="张伟", phone="13800002277")
    ticket = toy.sell(lina, name="张伟", total=100)
    lina_ticket = lina.value("select buyer from ticket where id = ?", ticket)
    toy.correct(lina, buyer=lina_ticket, phone="13800002277" + "31")
    found = lina.journal.search(lina.journal.reading(), "ticket_list", asked)
    shown = [lina.value("select id from ticket_list where rowid = ?", row) for row in found]
    if asked.lower().startswith("so-a1") and "0001" not in asked:
        assert ticket in shown
    elif "0001" in asked:
        assert len(shown) == 1
    else:
        assert shown == [ticket]
    assert buyer


def test_what_is_not_there_is_not_found(lina: Desk):
    toy.sell(lina, name="张伟", total=100)
    for asked in ("王", "wang", "9999", "伟张", "", "  ", "'\"*(", "NEAR("):
        assert lina.journal.search(lina.journal.reading(), "ticket_list", asked) == []


def test_the_newest_come_first_and_no_more_than_asked(lina: Desk):
    tickets = [toy.sell(lina, name="茶客", total=100) for _ in range(8)]
    found = lina.journal.search(lina.journal.reading(), "ticket_list", "茶", limit=3)
    shown = [lina.value("select id from ticket_list where rowid = ?", row) for row in found]
    assert shown == tickets[:-4:-1]


@given(st.text(max_size=40))
def test_no_text_breaks_the_question(text: str):
    assert isinstance(question(text), str)
    assert "\n" not in pieces(text)


@given(st.characters(min_codepoint=0x3400, max_codepoint=0xFAFF))
def test_a_character_is_read_as_the_package_reads_it(char: str):
    from pypinyin import Style, lazy_pinyin

    sound = "".join(lazy_pinyin(char, style=Style.NORMAL, errors="ignore")).replace("ü", "v")
    inside = any(first <= ord(char) <= last for first, last in search.CHARACTERS)
    assert search.sound(char) == (sound if inside and sound else "?")
