"""Provinces, cities and districts, and how an address is divided into them.

Buyers write as they speak: 广东深圳南山…, 北京市朝阳区…, 上海 上海市 浦东新区 …. Every way to read the text is tried,
and the one that names most levels and leaves least is taken. What cannot be divided is told by `ok`, never by an
exception.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from appliance.shop.settings.regions_renamed import CITIES, DISTRICTS


class Region(NamedTuple):
    """An address, divided; `ok` tells whether the area is known down to the district."""

    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    ok: bool = False


class Place(NamedTuple):
    """A province, a city of it, or a district of that."""

    province: str
    city: str = ""
    district: str = ""


Index = dict[str, list[Place]]


@dataclass
class Table:
    """The whole country, and what its parts may be called."""

    cities: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    by_province: Index = field(default_factory=dict)
    by_city: Index = field(default_factory=dict)
    by_district: Index = field(default_factory=dict)
    bare: set[str] = field(default_factory=set)
    """Names without the word that says what they are: 南山 for 南山区."""


def provinces() -> list[str]:
    """Every province, in the order of the statisticians."""
    return list(_table().cities)


def cities(province: str) -> list[str]:
    """The cities of a province."""
    return list(_table().cities.get(province, ()))


def districts(province: str, city: str) -> list[str]:
    """The districts of a city; none for the few cities that have towns only."""
    return list(_table().cities.get(province, {}).get(city, ()))


@lru_cache(maxsize=4_096)
def consistent(province: str, city: str, district: str) -> bool:
    """Tell whether three names, long or short, mean one place."""
    found = split(f"{province} {city} {district}")
    return found.ok and not found.street


def split(address: str) -> Region:
    """Divide an address into province, city, district and street."""
    text = _clean(address)
    best = max(_readings(text), key=lambda reading: reading.rank, default=None)
    if best is None:
        return Region(street=text)
    place, rest = best.place, best.rest
    # Buyers often write the area again where only the street was asked for.
    again = "".join(dict.fromkeys(place))
    while again and rest.startswith(again):
        rest = _clean(rest.removeprefix(again))
    return Region(*place, rest, best.ok)


# ---- reading


class Reading(NamedTuple):
    """One way to read an address."""

    place: Place
    rest: str
    named: int
    ok: bool

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The best reading knows the area, names most of it, and leaves least."""
        return self.ok, self.named, -len(self.rest)


def _readings(text: str) -> Iterator[Reading]:
    table = _table()
    for province, after, short in _named(table.by_province, text):
        rest = _without_filler(after) if province.province else text
        for city, after_city, bare in _named(table.by_city, rest):
            # 朝阳 alone may be a city or a district of another; alone it says too little.
            if _within(city, province) and not (bare and not province.province and _ends_name(after_city)):
                yield from _in_city(table, province, city, after_city, bare=bare if city.city else short)


def _in_city(table: Table, province: Place, city: Place, rest: str, *, bare: bool) -> Iterator[Reading]:
    """Readings of what stands after the city, or after the province where no city is named."""
    levels = bool(province.province) + bool(city.city)
    area = city if city.city else _only_city(table, province.province)
    # 南京路 is a street, not the city of Nanjing.
    if levels and not (bare and _STREET.match(rest)):
        yield Reading(area, rest, levels, bool(area.city) and not table.cities[area.province][area.city])
    after = _without_filler(rest)
    for length, names in _prefixes(table.by_district, after):
        fitting = {place for place in names if _within(place, area)}
        fitting = {place for place in fitting if place.district == after[:length]} or fitting
        # A bare name alone, or one that several cities have, says too little; with 路 after it it is a street.
        bare = after[:length] in table.bare
        if len(fitting) == 1 and not (bare and (not levels or _STREET.match(after, length))):
            yield Reading(fitting.pop(), _clean(after[length:]), levels + 1, ok=True)


def _named(index: Index, text: str) -> Iterator[tuple[Place, str, bool]]:
    """Every place whose name begins the text, with whether it was a bare name; and the reading in which none does."""
    bare = _table().bare
    for length, names in _prefixes(index, text):
        for place in names:
            yield place, _clean(text[length:]), text[:length] in bare
    yield Place(""), text, False


def _ends_name(rest: str) -> bool:
    """Tell whether the text goes on with the word that ends another name: 朝阳|区."""
    return rest[:1] in {"区", "县", "旗"}


def _prefixes(index: Index, text: str) -> Iterator[tuple[int, list[Place]]]:
    for length in range(min(len(text), _longest()), 1, -1):
        if names := index.get(text[:length]):
            yield length, names


def _within(inner: Place, outer: Place) -> bool:
    if outer.city and inner.city != outer.city:
        return False
    return not outer.province or not inner.province or inner.province == outer.province


def _only_city(table: Table, province: str) -> Place:
    """The city of a province that has only one: 北京市 of 北京市."""
    known = list(table.cities.get(province, ()))
    return Place(province, known[0]) if len(known) == 1 else Place(province)


_STREET = re.compile(r"路|街|大道|道|巷|弄|胡同|里|镇|乡|村|庄|桥|站")
_FILLER = re.compile(r"市辖区|(?:省|自治区)?直辖县级行政(?:区划|单位)|县(?=.{1,14}县)")
_EDGES = " \t\r\n\u3000,，、;；/|-_>·.。:："


def _clean(text: str) -> str:
    return text.strip(_EDGES).removeprefix("中华人民共和国").removeprefix("中国").lstrip(_EDGES)


def _without_filler(text: str) -> str:
    found = _FILLER.match(text)
    return _clean(text[found.end() :]) if found else text


# ---- names


@cache
def _table() -> Table:
    table = Table()
    text = (files(__package__) / "regions.txt").read_text("utf-8")
    for line in text.splitlines():
        province, city, *inside = line.split("\t")
        if province not in table.cities:
            table.cities[province] = {}
            _call(table, table.by_province, Place(province), *_short(province, ("省", "市", "自治区")))
        table.cities[province][city] = inside
        _call(table, table.by_city, Place(province, city), *_short(city, ("市", "州", "盟", "地区")))
        for district in inside:
            place = Place(province, city, district)
            _call(table, table.by_district, place, *_short(district, ("区", "县", "市", "旗")))
    for old, (province, city) in CITIES.items():
        _call(table, table.by_city, Place(province, city), old, [old[:-1]])
    for old, (province, city, district) in DISTRICTS.items():
        _call(table, table.by_district, Place(province, city, district), old, [])
    return table


@cache
def _longest() -> int:
    table = _table()
    return max(len(name) for index in (table.by_province, table.by_city, table.by_district) for name in index)


def _call(table: Table, index: Index, place: Place, full: str, others: Iterable[str]) -> None:
    for name in dict.fromkeys([full, *others]):
        known = index.setdefault(name, [])
        if place not in known:
            known.append(place)
        if name != full and name[-1] not in "省市区县州盟旗":
            table.bare.add(name)


def _short(full: str, endings: tuple[str, ...]) -> tuple[str, list[str]]:
    """A full name, and what else it is called: without its ending, or with one it had before it was raised."""
    stem = _ENDING.sub("", full)
    bare = _PEOPLES.sub("", stem) if stem != full and "自治" in full else stem
    stem = bare if len(bare) >= 2 else stem.removesuffix("族")
    return full, [stem, *(stem + ending for ending in endings)] if len(stem) >= 2 else []


_ENDING = re.compile(r"(特别行政区|自治[区州县旗]|地区|新区|林区|矿区|特区|[省市区县州盟旗])$")
_PEOPLES = re.compile(
    r"(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|"
    r"柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|鄂温克|保安|裕固|鄂伦春|独龙|各)族?(?=$|.*族$)"
)
