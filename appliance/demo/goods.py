"""What stands on the shelves of 小满茶铺: a hundred goods in three sizes each, priced as such a shop would."""

from collections.abc import Iterator
from dataclasses import dataclass

ONE = 10_000


@dataclass(frozen=True)
class Size:
    """How one spec of a category differs: its price as a multiple of the goods' base price, its weight, its picture."""

    spec: str
    times_tenths: int
    gram: int
    motif: str


@dataclass(frozen=True)
class Shelf:
    """A category: its unit, its three sizes, and its goods with the yuan that the smallest size costs."""

    name: str
    letters: str
    unit: str
    hue: int
    sizes: tuple[Size, Size, Size]
    goods: tuple[tuple[str, int], ...]
    fraction: bool = False


@dataclass(frozen=True)
class SkuIdea:
    """One thing to sell; prices and cost in ten-thousandths of a yuan."""

    number: int
    code: str
    barcode: str
    spec: str
    retail: int
    cost: int
    gram: int
    fraction: bool
    motif: str
    hue: int

    @property
    def member(self) -> int:
        """Members pay five per cent less, in whole jiao."""
        return self.retail * 95 // 100 // 1_000 * 1_000

    @property
    def wholesale(self) -> int:
        """Other shops pay three quarters, in whole jiao."""
        return self.retail * 3 // 4 // 1_000 * 1_000

    @property
    def market(self) -> int:
        """The price printed on the pack."""
        return self.retail * 12 // 10 // ONE * ONE


@dataclass(frozen=True)
class GoodsIdea:
    """One kind of goods with its sizes."""

    no: str
    name: str
    category: str
    unit: str
    skus: tuple[SkuIdea, ...]

    def title(self, sku: SkuIdea) -> str:
        """How a platform lists it."""
        return f"{self.name} {sku.spec}"


_TIN, _BOX, _BAG = Size("50克罐装", 10, 90, "tin"), Size("125克盒装", 23, 190, "box"), Size("250克袋装", 42, 290, "bag")
_LEAF = (_TIN, _BOX, _BAG)
_CAKE = (Size("100克小饼", 10, 120, "cake"), Size("357克七子饼", 32, 400, "cake"), Size("200克铁盒", 19, 260, "tin"))
_WARE = (Size("天青", 10, 420, "pot"), Size("月白", 10, 420, "pot"), Size("霁红", 12, 420, "pot"))
_CUP = (Size("天青", 10, 260, "cup"), Size("月白", 10, 260, "cup"), Size("霁红", 12, 260, "cup"))
_SNACK = (Size("150克", 10, 180, "bag"), Size("300克", 19, 340, "box"), Size("分享装600克", 36, 680, "box"))
_GIFT = (Size("单层", 10, 900, "gift"), Size("双层", 17, 1500, "gift"), Size("典藏", 29, 2100, "gift"))
_LOOSE = (Size("特级", 20, 1000, "jar"), Size("一级", 14, 1000, "jar"), Size("二级", 10, 1000, "jar"))
_SACHET = (Size("10包", 10, 45, "sachet"), Size("20包", 18, 80, "sachet"), Size("50包", 42, 180, "box"))

SHELVES = (
    Shelf("绿茶", "LC", "份", 105, _LEAF, (
        ("西湖龙井", 88), ("碧螺春", 78), ("黄山毛峰", 56), ("信阳毛尖", 62), ("六安瓜片", 58),
        ("太平猴魁", 96), ("安吉白茶", 82), ("蒙顶甘露", 72), ("恩施玉露", 48), ("日照绿茶", 39))),
    Shelf("红茶", "HC", "份", 14, _LEAF, (
        ("正山小种", 58), ("金骏眉", 128), ("祁门红茶", 66), ("滇红金针", 52), ("英德红茶", 45),
        ("宜红工夫", 42), ("坦洋工夫", 49), ("九曲红梅", 55), ("宁红金毫", 47), ("桂花红茶", 43))),
    Shelf("乌龙", "WL", "份", 42, _LEAF, (
        ("安溪铁观音", 52), ("武夷大红袍", 86), ("凤凰单丛", 79), ("冻顶乌龙", 68), ("武夷水仙", 46),
        ("武夷肉桂", 92), ("漳平水仙", 44), ("东方美人", 108), ("白芽奇兰", 41), ("黄金桂", 38))),
    Shelf("白茶", "BC", "份", 66, _LEAF, (
        ("白毫银针", 118), ("白牡丹", 66), ("寿眉", 32), ("贡眉", 45), ("月光白", 54),
        ("荒野白茶", 74), ("陈年老白茶", 98), ("陈皮白茶", 49), ("枣香寿眉", 36), ("新工艺白茶", 35))),
    Shelf("普洱", "PE", "饼", 22, _CAKE, (
        ("勐海熟普", 49), ("古树生普", 88), ("易武生普", 96), ("布朗山生普", 82), ("宫廷熟普", 68),
        ("冰岛生普", 168), ("景迈生普", 76), ("糯香熟普", 42), ("陈年熟普", 118), ("月光饼", 58))),
    Shelf("花草茶", "HH", "份", 330, _LEAF, (
        ("茉莉龙珠", 46), ("茉莉银针", 58), ("平阴玫瑰", 32), ("桂花乌龙", 42), ("杭白菊", 28),
        ("金银花", 36), ("洛神花", 22), ("昆仑雪菊", 49), ("枸杞头茬", 34), ("荷叶茶", 19))),
    Shelf("茶具", "CJ", "件", 190, _WARE, (
        ("紫砂西施壶", 268), ("粉青侧把壶", 158), ("汝窑盖碗", 98), ("玻璃煮茶壶", 138), ("手绘茶叶罐", 88),
        ("竹木茶盘", 168), ("公道杯", 58), ("锤纹茶洗", 66), ("粗陶温炉", 118), ("旅行快客壶", 108))),
    Shelf("茶杯", "CB", "只", 205, _CUP, (
        ("汝窑品茗杯", 48), ("建盏油滴", 128), ("青花主人杯", 78), ("耐热双层杯", 45), ("随行泡茶杯", 69),
        ("柴烧小杯", 88), ("描金斗笠杯", 58), ("办公室马克杯", 52), ("儿童吸管杯", 36), ("折叠旅行杯", 42))),
    Shelf("茶点", "CD", "盒", 30, _SNACK, (
        ("绿豆糕", 18), ("桂花糕", 19), ("龙井茶酥", 26), ("琥珀核桃", 28), ("话梅条", 15),
        ("山楂卷", 14), ("牛轧糖", 24), ("凤梨酥", 29), ("抹茶曲奇", 27), ("冰糖陈皮", 22))),
    Shelf("礼盒与散茶", "LH", "盒", 355, _GIFT, (
        ("小满春礼", 198), ("中秋团圆礼", 238), ("年货茶礼", 268), ("敬师茶礼", 168), ("商务红茶礼", 298))),
    Shelf("散茶", "SC", "千克", 88, _LOOSE, (
        ("大宗绿茶", 120), ("大宗红茶", 110), ("口粮铁观音", 160)), fraction=True),
    Shelf("袋泡茶", "DP", "盒", 150, _SACHET, (
        ("茉莉绿茶包", 16), ("蜜桃乌龙包", 19))),
)  # fmt: skip
"""Ten goods to a shelf, the last three shelves share ten; three sizes each: three hundred SKUs."""


def all_goods() -> list[GoodsIdea]:
    """The whole catalogue, always the same."""
    return list(_goods())


def _goods() -> Iterator[GoodsIdea]:
    number = 0
    for shelf in SHELVES:
        for place, (name, yuan) in enumerate(shelf.goods, 1):
            no = f"{shelf.letters}{place:02d}"
            skus = []
            for letter, size in zip("ABC", shelf.sizes, strict=True):
                number += 1
                skus.append(_sku(number, f"{no}{letter}", size, shelf, yuan, place))
            yield GoodsIdea(no, name, shelf.name, shelf.unit, tuple(skus))


def _sku(number: int, code: str, size: Size, shelf: Shelf, yuan: int, place: int) -> SkuIdea:
    retail = yuan * size.times_tenths * ONE // 10
    # Prices end in whole yuan; what a shop pays lies between 45 and 61 per cent of what it asks.
    retail = retail // ONE * ONE
    cost = retail * (45 + (number * 7) % 17) // 100
    return SkuIdea(
        number=number,
        code=code,
        barcode=_ean13(f"20{number:010d}"),
        spec=size.spec,
        retail=retail,
        cost=cost,
        gram=size.gram,
        fraction=shelf.fraction,
        motif=size.motif,
        hue=(shelf.hue + place * 9 + number % 3 * 4) % 360,
    )


def _ean13(twelve: str) -> str:
    """Add the check digit. 20-29 is the range that shops number by themselves."""
    odd, even = sum(map(int, twelve[::2])), sum(map(int, twelve[1::2]))
    return twelve + str(-(odd + 3 * even) % 10)
