"""The drill of three branches: cut apart they contradict each other, joined by every way they agree again."""

import subprocess
import sys
from pathlib import Path

from tests.reading import HOUSE


def test_three_branches_cut_apart_agree_again_and_settle_three_cases_everywhere(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "appliance.demo.branches", str(tmp_path / "chain"), "--once"],
        cwd=HOUSE, capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout
    assert "A stick was carried from 山里店 to 城西店" in told
    assert "山里店 was reached at its address, and all three know the same" in told
    assert "Each inbox holds the same three: oversold, step_fork, value_conflict" in told
    assert told.rstrip().endswith("No inbox asks anything any more, and every box checks out.")
