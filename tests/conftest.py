"""Fixtures of the whole house."""

from tests.cast import alice, bella, bob, box, new_box

__all__ = ["alice", "bella", "bob", "box", "new_box"]
