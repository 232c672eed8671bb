"""What is true of this box only: where its data lies, how it is reached, its key.

`box.toml` in the data folder holds them; a box that has none makes one at its first start (spec/sync.md R4: key and
incarnation are made then, so that an image never carries them).
"""

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from appliance.journal import Box

DEFAULT_PORT = 8000
NAME = "box.toml"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Config:
    """A box's own settings, read from `box.toml`."""

    folder: Path
    author: bytes
    former: tuple[bytes, ...] = ()
    """Authors this box wrote under before it was restored, cloned or moved, oldest first."""
    root: bytes = b""
    """The public root key of the chain this box belongs to: 32 bytes, empty before it was founded or joined."""
    code: str = "A1"
    branch: str = ""
    """The id of the branch this box belongs to; empty until `appliance init`."""
    zone_minutes: int = 480
    host: str = "0.0.0.0"  # noqa: S104  tablets on the shop's Wi-Fi must reach it
    port: int = DEFAULT_PORT
    modems: tuple[str, ...] = ()
    """Ports of modems that no USB tells of: one behind a serial port, or at the end of somebody else's program."""

    @property
    def box(self) -> Box:
        """What the journal needs to know.

        Each incarnation numbers its documents apart, for nobody knows how far the one before came: A1, A1b, A1c.
        """
        apart = "" if not self.former else _LETTERS[len(self.former) % 26] * (1 + len(self.former) // 26)
        return Box(folder=self.folder, author=self.author, code=self.code + apart, zone_minutes=self.zone_minutes)


def exists(folder: Path) -> bool:
    """Tell whether a box has been set up in this folder."""
    return (folder / NAME).exists()


def read(folder: Path) -> Config:
    """Read a box's settings; raises `FileNotFoundError` when there is no box here."""
    told = tomllib.loads((folder / NAME).read_text("utf-8"))
    return Config(
        folder=folder,
        author=bytes.fromhex(told["author"]),
        former=tuple(bytes.fromhex(one) for one in told.get("former", [])),
        root=bytes.fromhex(told.get("root", "")),
        code=told["code"],
        branch=told["branch"],
        zone_minutes=told.get("zone_minutes", 480),
        host=told.get("host", Config.host),
        port=told.get("port", DEFAULT_PORT),
        modems=tuple(told.get("modems", [])),
    )


def write(config: Config) -> None:
    """Write a box's settings down, readable by its own user only; whole or not at all."""
    path = config.folder / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    former = ", ".join(f'"{one.hex()}"' for one in config.former)
    modems = ", ".join(json.dumps(port) for port in config.modems)
    with fresh.open("w", encoding="utf-8") as file:
        file.write(
            f'author = "{config.author.hex()}"\nformer = [{former}]\nroot = "{config.root.hex()}"\n'
            f'code = "{config.code}"\nbranch = "{config.branch}"\n'
            f'zone_minutes = {config.zone_minutes}\nhost = "{config.host}"\nport = {config.port}\n'
            f"modems = [{modems}]\n"
        )
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
