"""Whatever a version wrote, this one opens, takes in and shows (spec/sync.md T5).

The other way round, a box that does not know a room, a field or a verb yet keeps and relays what it holds and shows it
after its update: `journal/test_merging.py::test_what_this_version_does_not_know_is_kept_relayed_and_applied_later`, for
checkpoints `journal/test_trimming.py::test_what_this_version_only_half_knows_survives_in_checkpoints_and_snapshots`, and
in the simulation wherever a seed draws newer boxes and updates.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cast import clean
from tests.versions.shop import Way, by_bundle, by_segments, by_snapshot, open_box, unpack

FOLDERS = sorted(one.parent for one in Path(__file__).parent.glob("*/told.json"))


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def _told(folder: Path) -> Any:
    return json.loads((folder / "told.json").read_text("utf-8"))


def test_a_box_that_was_updated_opens_what_the_older_version_left_on_its_disk(folder: Path, tmp_path: Path):
    unpack(folder, tmp_path / "box")
    box, told = open_box(tmp_path / "box", "A1"), _told(folder)
    begins = box.desk.value("select count(*) from base")
    said = (box.journal.digest().hex(), box.shown())
    complaints = clean(box.desk)
    box.journal.rebuild().result()
    again = box.shown()
    box.journal.close()
    assert said == (told["digest"], told["shown"]) and again == told["shown"]
    assert begins > 0, "part of its log was trimmed"
    assert complaints == []


@pytest.mark.parametrize("way", [by_segments, by_bundle, by_snapshot])
def test_what_an_older_version_sent_is_taken_in_today(folder: Path, tmp_path: Path, way: Way):
    box, told = open_box(tmp_path / "R1", "R1"), _told(folder)
    way(box, folder)
    said, complaints = (box.journal.digest().hex(), box.shown()), clean(box.desk)
    box.journal.close()
    assert said == (told["digest"], told["shown"])
    assert complaints == []


def test_a_folder_is_small_enough_to_be_kept_for_ever(folder: Path):
    assert sum(file.stat().st_size for file in folder.iterdir()) < 200_000
