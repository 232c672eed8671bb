"""Disks of a test's own: small ones that fill up, in a mount namespace that nobody else sees."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.shop import Box
from tests.reading import HOUSE

MB = 1024 * 1024


@dataclass
class SmallDisk:
    """A disk in memory. `keeper` is the process that holds its namespace open."""

    keeper: subprocess.Popen[str]
    mounted: Path

    @property
    def folder(self) -> Path:
        """The disk as it is seen from outside its namespace."""
        return Path(f"/proc/{self.keeper.pid}/root{self.mounted}")

    @property
    def box(self) -> Box:
        """The box that lies on it; its commands run where the disk is mounted."""
        enter = ["nsenter", "--target", str(self.keeper.pid), "--mount", f"--wd={HOUSE}"]
        return Box(self.mounted / "box", inside=enter)

    @property
    def free(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self) -> Path:
        """Lay down so much that nothing more fits."""
        ballast = self.folder / "ballast"
        with ballast.open("ab", buffering=0) as out:
            for size in (MB, 4096):
                try:
                    while True:
                        out.write(bytes(size))
                except OSError:
                    continue
        return ballast

    def remount(self, how: str) -> None:
        """Mount it anew, "ro" or "rw", as the kernel does with a disk that begins to fail."""
        subprocess.run(
            [*self.box.inside, "mount", "-o", f"remount,{how}", str(self.mounted)], check=True, capture_output=True
        )

    def away(self) -> None:
        self.keeper.kill()
        self.keeper.communicate()


def small_disk(seed: Path, mounted: Path, megabytes: int) -> SmallDisk:
    """Mount a disk with a copy of a box on it; skips the test where that is not permitted."""
    if os.geteuid() or not shutil.which("unshare") or not shutil.which("nsenter"):
        pytest.skip("Only root can mount a disk.")
    mounted.mkdir()
    script = f"mount -t tmpfs -o size={megabytes}m none {mounted} && cp -a {seed} {mounted}/box && echo ready && exec sleep 900"
    keeper = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert keeper.stdout is not None
    if keeper.stdout.readline() != "ready\n":
        keeper.kill()
        pytest.skip("This machine lets nobody mount a disk: " + keeper.communicate()[1])
    return SmallDisk(keeper, mounted)
