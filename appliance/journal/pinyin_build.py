"""Makes `pinyin.txt` of the Python package pypinyin; run by hand when a new edition of the package is taken.

    python -m appliance.journal.pinyin_build

Edition in use: pypinyin 0.55.0, licence MIT. A line of the file is a sound and every character that is read so first.
The package itself holds fifty megabytes of phrases in memory, which a box has better use for.
"""

import sys
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from appliance.journal.search import CHARACTERS

TARGET = Path(__file__).with_name("pinyin.txt")


def build() -> int:
    """Write the file; returns how many characters it knows."""
    by_sound: dict[str, str] = {}
    for first, last in CHARACTERS:
        for char in map(chr, range(first, last + 1)):
            sound = "".join(lazy_pinyin(char, style=Style.NORMAL, errors="ignore")).replace("ü", "v")
            if sound:
                by_sound[sound] = by_sound.get(sound, "") + char
    TARGET.write_text("".join(f"{sound} {chars}\n" for sound, chars in sorted(by_sound.items())), "utf-8")
    return sum(map(len, by_sound.values()))


if __name__ == "__main__":
    sys.stdout.write(f"{build()} characters\n")
