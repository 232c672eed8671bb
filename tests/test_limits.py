"""Limits kept by tests: a file, a function and a template can be read in one go, and a page stays light."""

import ast
import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import Environment

from appliance.assembly import rooms
from appliance.serving import pages_of
from appliance.web.assets import lean, read_static
from appliance.web.listing import Listing
from appliance.web.placing import found_by_place
from tests.reading import HOUSE, PACKAGE, files, short, tree, vendored, without_comments

STATIC = PACKAGE / "web" / "static"
CODE = [*files(".py", under=PACKAGE), *files(".py", under=HOUSE / "tests"), *files(".py", under=HOUSE / "bench")]
TEMPLATES = files(".html", under=PACKAGE)
STYLES = [path for path in files(".css", under=PACKAGE) if not vendored(path)]
SCRIPTS = [path for path in files(".js", under=STATIC) if not vendored(path)]
SHOWN = [path for path in files(".html", ".css", ".js", ".svg", ".webmanifest", under=PACKAGE) if not vendored(path)]

NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml"}
HEAVY = {
    "pandas", "numpy", "openpyxl", "PIL", "pypinyin", "babel", "pytest", "hypothesis", "faker",
    "soundfile", "psycopg", "zeroconf", "ifaddr", "spake2", "serial", "argon2", "sqlite_utils",
    "cryptography.hazmat.primitives.serialization",
}  # fmt: skip
"""What is imported where it is used, for whoever does not use it pays for it at every start and as long as it runs."""
MOST_MODULES = 960


@pytest.mark.parametrize("path", CODE, ids=short)
def test_a_file_has_at_most_400_lines_and_a_function_50(path: Path):
    assert path.read_text("utf-8").count("\n") <= 400
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > 50
    ]
    assert long == []


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_a_template_has_at_most_120_lines_and_nothing_a_strict_browser_refuses(path: Path):
    text = without_comments(path.read_text("utf-8"))
    assert text.count("\n") <= 120
    assert re.findall(r"<style\b|\sstyle\s*=|<script\b(?![^>]*\bsrc=)[^>]*>|\son\w+\s*=|hx-on|javascript:", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_a_template_can_be_read(path: Path):
    assert Environment().parse(path.read_text("utf-8"), filename=short(path)).body


@pytest.mark.parametrize("path", [path for path in TEMPLATES if PACKAGE / "web" not in path.parents], ids=short)
def test_a_rooms_template_leaves_the_wiring_to_the_kit(path: Path):
    assert re.findall(r"\shx-[\w-]+\s*=", without_comments(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", SHOWN, ids=short)
def test_everything_shown_comes_from_the_box(path: Path):
    found = re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'<>)]*", without_comments(path.read_text("utf-8")))
    assert [address for address in found if address not in NAMESPACES] == []


@pytest.mark.parametrize("path", [*STYLES, *TEMPLATES], ids=short)
def test_colours_are_named_in_one_place(path: Path):
    if path.name == "tokens.css":
        return
    text = re.sub(r"&#\w+;|url\([^)]*\)|(?:href|content)=\"[^\"]*\"", "", without_comments(path.read_text("utf-8")))
    values = text if path.suffix == ".html" else " ".join(re.findall(r":([^;{}]*)[;}]", text))
    assert re.findall(r"(?<![\w&-])#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?)\(", values) == []


def test_a_page_is_light():
    def weight(paths: list[Path]) -> int:
        return len(gzip.compress(b"".join(lean(path.read_bytes()) for path in paths), 9))

    assert STYLES, "no style sheets"
    assert SCRIPTS, "no scripts"
    static = read_static(STATIC)
    listings = [one for room in rooms() for one in pages_of(room).pages if isinstance(one, Listing)]
    static |= {"front.css": found_by_place(static["front.css"], listings)}
    fetched = [file.content for name, file in static.items() if name.endswith((".css", ".js", ".svg"))]
    assert sum(len(gzip.compress(content, 9)) for content in fetched) <= 60_000
    assert weight(STYLES) <= 24 * 1024
    assert weight(SCRIPTS) <= 20 * 1024


def test_the_house_opens_without_heavy_luggage():
    program = (
        "import sys, appliance.serving, appliance.exchange, appliance.listening, appliance.web.app, uvicorn;"
        "from appliance.assembly import rooms; [room.pages() for room in rooms()]; print(*sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True)
    modules = told.stdout.split()
    assert HEAVY & {*modules, *(name.partition(".")[0] for name in modules)} == set()
    assert len(modules) <= MOST_MODULES


def test_nothing_is_left_for_later():
    marks = re.compile("TO" + "DO|FIX" + "ME|X" + "XX|raise Not" + "Implemented")
    found = [
        f"{short(path)}:{number}"
        for path in [*CODE, *TEMPLATES, *STYLES, *SCRIPTS]
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_the_locks_say_what_and_never_where_from():
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (HOUSE / name).read_text("utf-8").splitlines()
        pinned = [line for line in lines if re.match(r"[\w.-]+==", line)]
        assert len(pinned) > 30
        assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)
        assert [line for line in lines if re.search(r"://|^-|/\w+/\w+", line)] == []
