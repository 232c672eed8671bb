"""Figures, days and sentences as people read them, in both languages."""

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from appliance.web.narrowing import PERIODS
from appliance.web.words import Words, load
from appliance.web.words_build import build, merged
from tests.cast import MORNING

SPEAKERS = r"Unclear|Refusal|self|_sorry|(.*\.)?words|_"
DAY = 24 * 3600 * 1000


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Words]:
    folder: Path = tmp_path_factory.mktemp("locale")
    build(locale=folder)
    return load(folder=folder)


def test_moments_are_told_from_now(spoken: dict[str, Words]) -> None:
    zh, en = spoken["zh"], spoken["en"]
    assert zh.moment(MORNING, MORNING) == "今天 10:00"
    assert zh.moment(MORNING - DAY, MORNING) == "昨天 10:00"
    assert zh.moment(MORNING - 5 * DAY, MORNING) == "11月19日 10:00"
    assert zh.moment(MORNING - 400 * DAY, MORNING) == "2025-10-20"
    assert zh.moment(0, MORNING) == ""
    assert en.moment(MORNING - DAY, MORNING) == "Yesterday 10:00"
    assert en.day("2026-11-19", "2026-11-24") == "Nov 19" and zh.day("2026-11-24", "2026-11-24") == "今天"
    assert zh.day("2025-11-19", "2026-11-24") == "2025-11-19"


def test_the_day_turns_at_the_counters_midnight(spoken: dict[str, Words]) -> None:
    start, end = spoken["zh"].span("2026-11-24", "2026-11-24")
    assert end - start == DAY and start <= MORNING < end and (start // 3_600_000) % 24 == 16


def test_figures_are_written_as_people_read_them(spoken: dict[str, Words]) -> None:
    zh = spoken["zh"]
    assert (zh.money(123_450), zh.money(-5), zh.price(128_000), zh.price(1_250)) == (
        "¥1,234.50",
        "-¥0.05",
        "¥12.80",
        "¥0.125",
    )
    assert (zh.qty(15_000), zh.weight(850), zh.weight(1_250), zh.rate(8_000)) == ("1.5", "850 g", "1.25 kg", "80%")
    assert (zh.phone("13800002266"), zh.phone("0571888")) == ("138 0000 2266", "0571888")


def test_chinese_says_every_sentence_of_the_web() -> None:
    zh, asked = merged("zh"), msgids()
    missing = sorted(one for one in asked if not zh.get(one) or not zh.get(one).string)
    assert not missing, missing


def msgids() -> set[str]:
    """Every sentence that the web kit's templates and modules say."""
    web = Path(__file__).parents[2] / "appliance" / "web"
    found: set[str] = set()
    for path in (web / "templates").rglob("*.html"):
        for _, _, said in extract_from_ast(Environment().parse(path.read_text("utf-8")), ("_", "words")):
            found.add((said if isinstance(said, str) else said[0] if said else "") or "")
    for path in web.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and re.fullmatch(SPEAKERS, ast.unparse(node.func)):
                found |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
                found |= {part for arg in node.args if isinstance(arg, ast.IfExp) for part in _both(arg)}
            if (
                isinstance(node, ast.Return)
                and isinstance(node.value, ast.Dict)
                and "message" in ast.unparse(node.value)
            ):
                found |= {v.value for k, v in zip(node.value.keys, node.value.values, strict=True)
                          if isinstance(k, ast.Constant) and k.value == "message" and isinstance(v, ast.Constant)}  # fmt: skip
    return {one for one in found if one} | {title for _, title in PERIODS}


def _both(choice: ast.IfExp) -> set[str]:
    return {part.value for part in (choice.body, choice.orelse) if isinstance(part, ast.Constant)}
