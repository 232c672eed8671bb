"""Fixtures of the whole house, and how long the longer searches search."""

import os
import tempfile

import pytest
from hypothesis import settings

from tests.cast import alice, bella, bob, box, new_box

__all__ = ["alice", "bella", "bob", "box", "new_box", "pytest_addoption"]

# No test asserts a time: what takes long here may take longer elsewhere.
settings.register_profile("house", deadline=None)
settings.register_profile("search", deadline=None, max_examples=4_000, print_blob=True)
settings.load_profile("house")
# Boxes that tests start leave nothing in anybody's home.
os.environ["APPLIANCE_ANCHORS"] = tempfile.mkdtemp(prefix="anchors-")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=8, help="how often a box is killed under load (make faults)")
    parser.addoption(
        "--rounds", type=int, default=1, help="how often five boxes are cut, killed and healed (make soak)"
    )
    parser.addoption("--noise", type=int, default=4, help="how many seconds a modem sends noise (make noise)")
