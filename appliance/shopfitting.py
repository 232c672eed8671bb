"""Shopfitting: what a new box needs before it can open its doors. Its key and incarnation are made here, once."""

import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from appliance import config
from appliance.assembly import WallClock, open_journal, rooms
from appliance.journal import Clock, Journal, derive
from appliance.shop.staff import first_shop

INCARNATION_BYTES = 8


def new_box(folder: Path, *, code: str) -> config.Config:
    """Make a box: its key, its first incarnation and the branch it stands in (spec/sync.md R4)."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    author = hashlib.sha256(public).digest()[:16] + os.urandom(INCARNATION_BYTES)
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "box.key"
    secret.touch(mode=0o600)
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    made = config.Config(folder=folder, author=author, code=code, branch=derive("branch", author.hex()))
    config.write(made)
    return made


def first_start(
    folder: Path, *, code: str, shop: str, owner: str, pin: str, clock: Clock | None = None
) -> tuple[config.Config, Journal, str]:
    """Set up a new shop; returns the box, its open journal, and the owner's id."""
    made = new_box(folder, code=code)
    journal = open_journal(made.box, rooms(), clock=clock or WallClock())
    desk = journal.desk(who="", device="first start", branch=made.branch)
    owner_id = first_shop(desk, shop=shop, owner=owner, pin=pin)
    return made, journal, owner_id
