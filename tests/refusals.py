"""Which refusals no test has run into: read from the coverage of the whole suite, after it (make test).

An action says no in a full sentence; that somebody has tried to hear it is a law of the house.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from coverage import CoverageData

from tests.reading import HOUSE, PACKAGE, files, short, tree

REFUSING = {"Refusal", "Unable", "Stale", "Objected"}


def unheard(data: CoverageData) -> Iterator[str]:
    """Say where a refusal is raised that was never raised, and its sentence."""
    for path in files(".py", under=PACKAGE):
        ran = set(data.lines(str(path)) or ())
        for statement, call in refusals(path):
            if statement.lineno not in ran:
                said = ast.unparse(call.args[0]) if call.args else ""
                yield f"{short(path)}:{statement.lineno} {said}"


def refusals(path: Path) -> Iterator[tuple[ast.stmt, ast.Call]]:
    """(statement, call) of every refusal that is raised or handed on in a file."""
    for statement in ast.walk(tree(path)):
        match statement:
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name)) as call) if name in REFUSING:
                yield statement, call
            case ast.Return(value=ast.Call(func=ast.Name(id=name)) as call) if name in REFUSING:
                yield statement, call


def main() -> int:
    """Print what nobody has heard; returns the exit code."""
    data = CoverageData(str(HOUSE / ".coverage"))
    data.read()
    found = sorted(unheard(data))
    print(*found, f"{len(found)} refusals were never heard by a test.", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
