"""What people type, and what it means."""

import pytest

from appliance.journal import derive
from appliance.web.fields import Field
from appliance.web.typed import Reader, Unclear, written

STAFF = {"李娜": derive("employee", "li na"), "小赵": derive("employee", "zhao")}
READER = Reader("2026-11-24", lambda _table, record, _text: record)


def value(kind: str, text: str) -> object:
    typed = READER.read((Field("x", kind, "x"),), {"x": [text]})
    if typed.errors:
        raise typed.errors["x"]
    return typed.values["x"]


@pytest.mark.parametrize(
    ("kind", "text", "meant"),
    [
        ("money", "128", 12_800), ("money", "¥1,234.50", 123_450), ("money", "¥１２８．５", 12_850),
        ("money", "12.5元", 1_250), ("money", "-0.01", -1), ("money", "−3", -300), ("money", ".5", 50),
        ("price", "0.0001", 1), ("price", "12.80", 128_000), ("qty", "1.5", 15_000), ("qty", "１２", 120_000),
        ("weight", "850", 850), ("weight", "850g", 850), ("weight", "1.25kg", 1_250), ("weight", "1.25 公斤", 1_250),
        ("weight", "2斤", 1_000), ("rate", "80%", 8_000), ("rate", "12.5", 1_250), ("count", "1,000", 1_000),
        ("day", "2025-11-19", "2025-11-19"), ("day", "2025/1/9", "2025-01-09"), ("day", "20251119", "2025-11-19"),
        ("day", "2025年11月19日", "2025-11-19"), ("day", "11-19", "2026-11-19"), ("day", "11月9日", "2026-11-09"),
        ("day", "今天", "2026-11-24"), ("phone", "138 0000 2266", "13800002266"),
        ("phone", "+86 138-0000-2266", "13800002266"), ("phone", "0571-88886666", "057188886666"),
        ("phone", "10086", "10086"), ("phone", "4008123123", "4008123123"), ("phone", "１３８００００２２６６", "13800002266"),
        ("text", "  two   words ", "two words"), ("words", "a\r\nb", "a\nb"), ("code", " 690１ ", "6901"),
        ("secret", " keep blanks ", " keep blanks "), ("flag", "1", True),
    ],
)  # fmt: skip
def test_it_is_understood(kind: str, text: str, meant: object) -> None:
    assert value(kind, text) == meant


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("money", "twelve", "not a number"), ("money", "1.234", "At most 2 places"), ("money", "1e5", "not a number"),
        ("money", "9" * 13, "too large"), ("money", "--1", "not a number"), ("money", ".", "not a number"),
        ("qty", "1/2", "not a number"), ("day", "2026-02-30", "not a day"), ("day", "13-40", "not a day"),
        ("day", "soon", "not a day"), ("phone", "1380000226", "1 missing"), ("phone", "138000022667", "1 too many"),
        ("phone", "138abc", "digits only"), ("phone", "12", "missing"), ("text", "x" * 201, "At most 200"),
        ("text", "a\x00b", "cannot be stored"), ("text", "", "needed"), ("money", "", "needed"), ("ref", "", "Choose"),
        ("count", "1.5", "At most 0 places"), ("moment", "later", "not a moment"), ("phone", "1" + "0" * 21, "too"),
    ],
)  # fmt: skip
def test_it_is_not_and_the_sentence_says_what_to_do(kind: str, text: str, sentence: str) -> None:
    with pytest.raises(Unclear, match=sentence):
        value(kind, text)


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("money", 123_450),
        ("money", -5),
        ("money", 1_200),
        ("price", 1),
        ("price", 128_000),
        ("qty", -15_000),
        ("rate", 8_000),
        ("weight", 850),
        ("count", 12),
    ],
)
def test_what_a_form_shows_is_read_back_as_the_same(kind: str, meant: int) -> None:
    assert value(kind, written(kind, meant)) == meant


def test_several_people_are_ticked_or_named(named: Reader) -> None:
    fields = (Field("x", "refs", "x", table="employee"),)
    ticked = named.read(fields, {"x": [STAFF["李娜"], STAFF["小赵"], STAFF["李娜"]]})
    assert ticked.values["x"] == list(STAFF.values())
    assert named.read(fields, {"x": ["李娜、小赵"]}).values["x"] == list(STAFF.values())
    assert named.read(fields, {}).values["x"] == []
    assert "Nobody" in str(named.read(fields, {"x": ["老吴"]}).errors["x"])


@pytest.fixture
def named() -> Reader:
    """A reader that knows two people."""

    def resolve(table: str, record: str, text: str) -> str:
        if not record and text not in STAFF:
            raise Unclear("Nobody is called {text}.", text=text)
        return record or STAFF[text]

    return Reader("2026-11-24", resolve)
