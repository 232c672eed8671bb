"""The laws of the house: who may lean on whom, and what is handed down instead of being taken."""

import ast
import re
import sqlite3
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from appliance.assembly import rooms
from appliance.journal import Action, Schema
from appliance.journal.kept import parse_views
from appliance.journal.schema import ground
from appliance.journal.store import dressed
from appliance.shop import ROOMS
from appliance.web.words_build import merged
from tests.reading import HOUSE, PACKAGE, TOP, calls, files, imported, modules, part, room, rooms_here, short, tree

MAY_LEAN_ON = {
    TOP: {TOP, "demo", "journal", "shop", "web", "sync", "hardware"},
    "demo": {TOP, "demo", "journal", "shop", "web", "sync", "hardware"},
    "shop": {"shop", "web", "journal"},
    "web": {"web", "journal"},
    "sync": {"sync", "journal"},
    "journal": {"journal"},
    "hardware": {"hardware"},
}
HANDED_DOWN = {"journal", "shop", "web", "sync", "hardware"}
TAKEN = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"},
    "datetime.datetime": {"now", "utcnow", "today"},
    "datetime.date": {"today"},
    "random": None,
    "secrets": {"token_bytes", "token_hex", "token_urlsafe", "randbelow", "randbits", "choice", "SystemRandom"},
    "uuid": None,
    "os": {"urandom", "environ", "environb", "getenv", "getrandom"},
}
"""What reads the clock, chance or the environment; None is everything a module has."""

OURS = files(".py", under=PACKAGE)


@pytest.mark.parametrize("path", OURS, ids=short)
def test_a_part_leans_only_on_the_parts_below_it(path: Path):
    allowed = MAY_LEAN_ON[part(path)]
    wrong = []
    for line, module in modules(path):
        names = module.split(".")
        if names[0] != "appliance" or len(names) == 1:
            continue
        leaned_on = part(PACKAGE.joinpath(*names[1:], "x") if (PACKAGE / names[1]).is_dir() else PACKAGE / names[1])
        if leaned_on not in allowed:
            wrong.append(f"line {line}: {module}")
    assert wrong == []


@pytest.mark.parametrize("path", [path for path in OURS if room(path)], ids=short)
def test_a_room_leans_only_on_the_shopfronts_of_rooms_above_it(path: Path):
    here = room(path)
    assert here in ROOMS
    wrong = []
    for line, module in modules(path):
        if not module.startswith("appliance.shop."):
            continue
        other, *inside = module.removeprefix("appliance.shop.").split(".")
        if other == here:
            continue
        if ROOMS.index(other) > ROOMS.index(here):
            wrong.append(f"line {line}: {other} is below {here}")
        elif inside and not _shown(other, inside[0]):
            wrong.append(f"line {line}: {module} is behind the counter of {other}")
    assert wrong == []


def _shown(other: str, name: str) -> bool:
    """Whether a room's shopfront names one of its modules as its own goods."""
    front = PACKAGE / "shop" / other / "__init__.py"
    return any(name in (bare, module.rpartition(".")[2]) for _, module, bare in imported(front) if bare == name)


@pytest.mark.parametrize("path", [path for path in OURS if room(path) and path.name != "pages.py"], ids=short)
def test_only_pages_know_the_web(path: Path):
    wrong = [
        f"line {line}: {module}"
        for line, module in modules(path)
        if module.split(".")[0] in {"litestar", "jinja2", "starlette"} or module.startswith("appliance.web")
    ]
    assert wrong == []


@pytest.mark.parametrize("path", [path for path in OURS if part(path) in HANDED_DOWN], ids=short)
def test_clock_chance_and_environment_are_handed_down(path: Path):
    if path.name == "words_build.py":
        return  # It runs on the machine that builds, never on a box.
    known: dict[str, str] = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                known[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    wrong = []
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Attribute | ast.Name):
            continue
        whole = _dotted(node, known)
        module, _, name = whole.rpartition(".")
        # The front door makes its own secrets: they open sessions, and no test or simulation may foretell them.
        if module == "secrets" and part(path) == "web":
            continue
        if module in TAKEN and (TAKEN[module] is None or name in (TAKEN[module] or ())):
            wrong.append(f"line {node.lineno}: {whole}")
    assert wrong == []


def _dotted(node: ast.expr, known: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value, known)
        return f"{before}.{node.attr}" if before else ""
    return ""


@pytest.mark.parametrize("name", rooms_here())
def test_a_room_looks_only_at_its_own_tables_and_those_of_rooms_above_it(name: str):
    above = rooms(ROOMS[: ROOMS.index(name) + 1])
    schema = Schema(found.shape for found in above)
    conn = dressed(sqlite3.connect(":memory:"))
    ground(conn, "")
    schema.create_tables(conn)
    schema.create_indexes(conn)
    schema.create_views(conn)
    for statement in parse_views(above[-1].shape.views).statements:
        words = statement.split()
        if words[:2] == ["create", "view"]:
            # A view is only looked up when it is read; reading nothing of it is enough to find what it lacks.
            conn.execute(f"select * from {words[2]} limit 0")
    conn.close()


def test_every_room_is_in_the_list_and_has_a_shopfront():
    shop = PACKAGE / "shop"
    there = sorted(path.parent.name for path in files("__init__.py", under=shop) if path.parent.parent == shop)
    assert there == sorted(name for name in ROOMS if name in there)
    assert there, "the shop has no rooms"
    for name in rooms_here():
        assert (PACKAGE / "shop" / name / "__init__.py").is_file(), name


def test_every_room_is_named_in_the_readme():
    told = (HOUSE / "README.md").read_text("utf-8")
    assert [name for name in ROOMS if f"`{name}`" not in told] == []


def test_every_refusal_speaks_chinese():
    zh, said = merged("zh"), dict(_sentences())
    assert len(said) > 200
    missing = [f"{where} {one}" for one, where in said.items() if not (known := zh.get(one)) or not known.string]
    assert missing == []


def test_what_a_form_says_of_its_deed_is_said_in_chinese():
    zh = merged("zh")
    told = [
        import_module(f"appliance.shop.{path.parent.name}.actions")
        for path in files("actions.py", under=PACKAGE / "shop")
    ]
    deeds = [one for module in told for one in vars(module).values() if isinstance(one, Action)]
    assert len(deeds) > 100
    said = {text for deed in deeds for text in (deed.title, (deed.__doc__ or "").strip().split("\n")[0]) if text}
    assert sorted(one for one in said if not (known := zh.get(one)) or not known.string) == []


def _sentences() -> Iterator[tuple[str, str]]:
    """(sentence, where) of everything that is refused, written in place or named `sentence` just above."""
    for path in OURS:
        if part(path) in {"journal", "shop", "web"}:
            found: list[ast.expr] = [call.args[0] for call in calls(path, "Refusal", "Unable", "Unclear") if call.args]
            assigned = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Assign))
            found += [one.value for one in assigned if ast.unparse(one.targets[0]) == "sentence"]
            for one in found:
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value:
                    yield one.value, f"{short(path)}:{one.lineno}"


def test_the_version_is_told_once():
    from appliance import __version__

    assert __version__.count(".") == 2
    assert __version__ not in (HOUSE / "pyproject.toml").read_text("utf-8").partition("[project.optional")[0]


def test_what_people_are_told_is_read_and_remembered_by_their_own_range() -> None:
    """One place knows whose eyes they are; a page that went around it would tell everybody everything."""
    allowed = {
        "appliance/web/visit.py", "appliance/web/front.py", "appliance/web/labels.py", "appliance/shop/staff/signin.py",
    }  # fmt: skip
    around = re.compile(r"front\.remember\(|journal\.reading\(\)|self\.remember\(")
    here = [path for room in ("web", "shop") for path in files(".py", under=PACKAGE / room)]
    assert {short(path) for path in here if around.search(path.read_text("utf-8"))} <= allowed
