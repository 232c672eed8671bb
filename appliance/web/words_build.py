"""Compiles the words: every `zh.po` and `en.po` of the rooms, merged per language into one catalogue a box can load.

Run at build time (`make words`); Babel is not needed afterwards.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LANGUAGES = ("zh", "en")
PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = Path(__file__).resolve().parent / "locale"


class TwoMeanings(Exception):
    """One sentence is translated in two ways; the shop would speak with two tongues."""


def merged(language: str, package: Path = PACKAGE) -> Catalog:
    """All words of one language. The same sentence may stand in several rooms, if it says the same there."""
    catalog = Catalog(locale=language, charset="utf-8")
    said_in: dict[str, Path] = {}
    for path in sorted(package.rglob(f"{language}.po")):
        with path.open("rb") as file:
            part = read_po(file, locale=language, charset="utf-8", abort_invalid=True)
        for message in part:
            if not message.id or not message.string or message.fuzzy:
                continue
            key = str(message.id)
            known = catalog.get(message.id, message.context)
            if known is not None and known.string != message.string:
                both = f"{known.string!r} in {said_in[key]}, {message.string!r} in {path}"
                raise TwoMeanings(f"{key!r} has two translations: {both}")
            said_in[key] = path
            catalog.add(message.id, message.string, context=message.context)
    return catalog


def build(package: Path = PACKAGE, locale: Path = LOCALE) -> dict[str, int]:
    """Writes the compiled catalogues and says how many sentences each language has."""
    counts = {}
    for language in LANGUAGES:
        catalog = merged(language, package)
        folder = locale / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        # Written beside and moved, so that a running box never reads half a catalogue.
        fresh = folder / "appliance.mo.new"
        with fresh.open("wb") as file:
            write_mo(file, catalog)
        fresh.replace(folder / "appliance.mo")
        counts[language] = len(catalog)
    return counts


def main() -> int:
    """Builds, and says what came of it."""
    try:
        counts = build()
    except (TwoMeanings, PoFileError) as problem:
        print(f"The words cannot be compiled: {problem}", file=sys.stderr)
        return 1
    print("Words:", ", ".join(f"{language} {count}" for language, count in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
