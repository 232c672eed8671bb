"""`python -m tests.versions`: write the folder of the present version; a folder that is there is never written again."""

import shutil
import sys
from pathlib import Path

from appliance import __version__
from tests.versions.shop import write


def main() -> int:
    """Write it; the exit code is 1 when it is there already."""
    folder = Path(__file__).parent / __version__
    if folder.exists():
        sys.stderr.write(f"{folder} is there, and what a version wrote never changes. Raise the version first.\n")
        return 1
    fresh = folder.with_name("unfinished")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    write(fresh)
    fresh.rename(folder)
    sys.stdout.write(f"{folder}: {sum(file.stat().st_size for file in folder.iterdir()):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
