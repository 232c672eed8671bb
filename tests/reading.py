"""Reading our own sources, for the tests that keep the house in order."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from appliance.shop import ROOMS

HOUSE = Path(__file__).resolve().parent.parent
TESTS = HOUSE / "tests"
PACKAGE = HOUSE / "appliance"
TOP = "main"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project: tracked by git or about to be."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(asked, cwd=HOUSE, capture_output=True, check=True)
    return tuple(path for name in told.stdout.decode().split("\0") if name and (path := HOUSE / name).is_file())


def files(*endings: str, under: Path = HOUSE) -> list[Path]:
    return [path for path in tracked() if path.name.endswith(endings) and path.is_relative_to(under)]


def vendored(path: Path) -> bool:
    return "vendor" in path.parts


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def short(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def part(path: Path) -> str:
    """The part of the house a module belongs to; what lies at the top of the package is `main`."""
    inner = path.relative_to(PACKAGE).parts
    return inner[0] if len(inner) > 1 else TOP


def room(path: Path) -> str:
    """The room of a module inside `shop`, or nothing."""
    inner = path.relative_to(PACKAGE).parts
    return inner[1] if inner[0] == "shop" and len(inner) > 2 else ""


def imported(path: Path) -> Iterator[tuple[int, str, str]]:
    """(line, module, name) of each import, wherever in the module it stands; relative ones made whole."""
    package = [*path.relative_to(HOUSE).with_suffix("").parts[:-1]]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, module, alias.name


def modules(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of each import, with `from package import module` told as the module it is."""
    for line, module, name in imported(path):
        whole = f"{module}.{name}" if name else module
        yield line, whole if name and is_module(whole) else module


def is_module(dotted: str) -> bool:
    place = HOUSE.joinpath(*dotted.split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()


def room_files(name: str, *endings: str) -> list[Path]:
    return files(*endings, under=PACKAGE / "shop" / name)


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    """Calls of functions or classes with these bare names."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in names:
                yield node


def rooms_here() -> list[str]:
    return [name for name in ROOMS if (PACKAGE / "shop" / name).is_dir()]


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|\{#.*?#\}|<!--.*?-->", "", text, flags=re.DOTALL)
