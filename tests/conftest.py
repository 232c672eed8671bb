"""Fixtures of the whole house, and how long the longer searches search."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.cast import alice, bella, bob, box, new_box

__all__ = ["alice", "bella", "bob", "box", "new_box", "pytest_addoption"]

# No test asserts a time: what takes long here may take longer elsewhere.
settings.register_profile("house", deadline=None)
settings.register_profile("search", deadline=None, max_examples=4_000, print_blob=True)
settings.load_profile("house")


def _in_memory(least: int = 4 * 1024**3) -> None:
    """Let what tests write lie in memory where there is room: half of their time went by waiting for a disk to flush.

    That a box flushes, and what it does when a disk is full, is tested on what it asks of the disk, and on disks made for it.
    """
    memory = Path("/dev/shm")
    if "TMPDIR" not in os.environ and memory.is_dir() and os.access(memory, os.W_OK):
        told = os.statvfs(memory)
        if told.f_bavail * told.f_frsize >= least and not told.f_flag & os.ST_NOEXEC:
            os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


_in_memory()
# Boxes that tests start leave nothing in anybody's home.
ANCHORS = tempfile.TemporaryDirectory(prefix="anchors-")
os.environ["APPLIANCE_ANCHORS"] = ANCHORS.name


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=8, help="how often a box is killed under load (make faults)")
    parser.addoption(
        "--rounds", type=int, default=1, help="how often five boxes are cut, killed and healed (make soak)"
    )
    parser.addoption("--noise", type=int, default=4, help="how many seconds a modem sends noise (make noise)")
