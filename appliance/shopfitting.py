"""Shopfitting: what a box needs before it can open its doors. Its keys and incarnation are made here, once."""

import os
from dataclasses import replace
from pathlib import Path

from appliance import config
from appliance.assembly import WallClock, open_journal, rooms
from appliance.config import Config
from appliance.journal import Clock, Journal, derive
from appliance.shop.staff import first_shop
from appliance.sync.boxes.keys import BoxKey, RootKey


def new_box(folder: Path, *, code: str) -> Config:
    """Make a box: its key, its first incarnation, and a chain of its own in which it stands alone so far."""
    key = BoxKey.made(os.urandom)
    author = key.author(os.urandom)
    folder.mkdir(parents=True, exist_ok=True)
    key.write(folder / "box.key")
    made = Config(folder=folder, author=author, code=code, branch=derive("branch", author.hex()))
    made = found_chain(made)
    config.write(made)
    return made


def found_chain(told: Config) -> Config:
    """Make the owner's root key; its digits belong on the recovery sheet."""
    root = RootKey.made(os.urandom)
    root.write(told.folder / "root.key")
    return replace(told, root=root.public)


def first_start(
    folder: Path, *, code: str, shop: str, owner: str, pin: str, clock: Clock | None = None
) -> tuple[Config, Journal, str]:
    """Set up a new shop; returns the box, its open journal, and the owner's id."""
    made = new_box(folder, code=code)
    journal = open_journal(made.box, rooms(), clock=clock or WallClock())
    desk = journal.desk(who="", device="first start", branch=made.branch)
    owner_id = first_shop(desk, shop=shop, owner=owner, pin=pin)
    return made, journal, owner_id
