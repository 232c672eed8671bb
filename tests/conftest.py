"""Fixtures of the whole house, and how long the longer searches search."""

import pytest

from tests.cast import alice, bella, bob, box, new_box

__all__ = ["alice", "bella", "bob", "box", "new_box", "pytest_addoption"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=8, help="how often a box is killed under load (make faults)")
