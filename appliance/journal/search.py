"""Search text, cut by us: 张伟, 茶, zw, the tail of a phone, part of a number.

SQLite's trigram tokenizer finds nothing for one or two characters, so Chinese is cut into single characters and pairs,
letters and digits into pieces of three (shorter at the end of a run, for prefix questions), and each Chinese run also
into its pinyin and initials.
"""

import re
import sqlite3
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

CHARACTERS = ((0x3400, 0x9FFF), (0xF900, 0xFAFF))
"""What counts as Chinese: from first to last."""

_RUNS = re.compile(r"[㐀-鿿豈-﫿]+|[0-9a-z]+")
_FULL_PINYIN_UP_TO = 6
_PIECE = 3


def pieces(text: str) -> str:
    """Cut a text into the words of the index, separated by blanks, each once."""
    found: dict[str, None] = {}
    for run in _RUNS.findall(_folded(text)):
        if run[0] <= "z":
            _cut(run, found)
            continue
        for place, char in enumerate(run):
            found[char] = None
            if place:
                found[run[place - 1] + char] = None
        sounds = [sound(char) for char in run]
        _cut("".join([one[:1] for one in sounds]), found)
        if len(run) <= _FULL_PINYIN_UP_TO:
            _cut("".join(sounds), found)
    return " ".join(found)


def question(text: str) -> str:
    """Turn what a person typed into an FTS5 question; empty when nothing can be searched for."""
    asked: list[str] = []
    for run in _RUNS.findall(_folded(text)):
        if run[0] <= "z":
            if len(run) < _PIECE:
                asked.append(f'"{run}"*')
            else:
                asked += [f'"{run[i : i + _PIECE]}"' for i in range(len(run) - _PIECE + 1)]
        elif len(run) == 1:
            asked.append(f'"{run}"')
        else:
            asked += [f'"{run[i : i + 2]}"' for i in range(len(run) - 1)]
    return " AND ".join(dict.fromkeys(asked))


def find(conn: sqlite3.Connection, view: str, columns: Sequence[str], text: str, limit: int) -> list[int]:
    """Return the rowids of a kept view's rows that hold the words of a text, newest first."""
    asked = question(text)
    if not asked:
        return []
    whole = " || ' ' || ".join(f"ifnull(v.{column}, '')" for column in columns)
    proof = certain(text)
    # The index is walked from its newest row and left as soon as enough rows are proven: old years cost nothing.
    found = conn.execute(
        f"select w.rowid from {view}_words w cross join {view} v on v.rowid = w.rowid where w.{view}_words match ?"
        + f" and instr(lower({whole}), ?) > 0" * len(proof)
        + " order by w.rowid desc limit ?",
        (asked, *proof, limit),
    )
    return [row[0] for row in found]


def certain(text: str) -> list[str]:
    """The parts of a question that must stand in the text as typed; letters may be pinyin and prove nothing."""
    return [run for run in _RUNS.findall(_folded(text)) if run.isdigit() or run[0] > "z"]


def _folded(text: str) -> str:
    """Lower case, and full-width letters and digits as their plain selves."""
    return text.translate(_FULL_WIDTH).lower()


_FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)}


def _cut(run: str, found: dict[str, None]) -> None:
    for place in range(len(run)):
        found[run[place : place + _PIECE]] = None


def sound(char: str) -> str:
    """How a character is read, without its tone; a question mark for one that nobody reads."""
    return _sounds().get(char, "?")


@cache
def _sounds() -> dict[str, str]:
    """How each character is read; see `pinyin_build.py`. Read when the first text is cut: a box that starts needs none."""
    table = (files("appliance.journal") / "pinyin.txt").read_text("utf-8")
    return {char: read for read, _, chars in (line.partition(" ") for line in table.splitlines()) for char in chars}
