"""Who buys at 小满茶铺, and who works there. Everybody is invented; their numbers lie in a range given to nobody."""

import random
from dataclasses import dataclass

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = {
    "female": "芳娜敏静丽艳娟霞秀燕玲桂兰洁梅琳雪慧莹倩婷雨欣怡佳悦琪思涵若曦语桐清雅诗晴",
    "male": "伟强磊军洋勇杰涛明超辉鹏华飞鑫波斌浩宇轩博文俊哲天佑子墨一凡承恩志远建国",
}
PLACES = (
    ("北京市", "北京市", "朝阳区", "100020"), ("北京市", "北京市", "海淀区", "100080"),
    ("上海市", "上海市", "浦东新区", "200120"), ("上海市", "上海市", "徐汇区", "200030"),
    ("天津市", "天津市", "南开区", "300100"), ("重庆市", "重庆市", "渝中区", "400010"),
    ("浙江省", "杭州市", "西湖区", "310013"), ("浙江省", "杭州市", "余杭区", "311100"),
    ("浙江省", "宁波市", "鄞州区", "315100"), ("浙江省", "温州市", "鹿城区", "325000"),
    ("江苏省", "南京市", "鼓楼区", "210009"), ("江苏省", "苏州市", "吴中区", "215100"),
    ("江苏省", "无锡市", "滨湖区", "214071"), ("广东省", "广州市", "天河区", "510630"),
    ("广东省", "深圳市", "南山区", "518052"), ("广东省", "深圳市", "福田区", "518033"),
    ("广东省", "佛山市", "顺德区", "528300"), ("福建省", "福州市", "鼓楼区", "350001"),
    ("福建省", "厦门市", "思明区", "361001"), ("福建省", "泉州市", "丰泽区", "362000"),
    ("四川省", "成都市", "武侯区", "610041"), ("四川省", "绵阳市", "涪城区", "621000"),
    ("湖北省", "武汉市", "洪山区", "430070"), ("湖南省", "长沙市", "岳麓区", "410006"),
    ("河南省", "郑州市", "金水区", "450003"), ("山东省", "济南市", "历下区", "250014"),
    ("山东省", "青岛市", "市南区", "266001"), ("陕西省", "西安市", "雁塔区", "710061"),
    ("安徽省", "合肥市", "蜀山区", "230031"), ("云南省", "昆明市", "五华区", "650021"),
    ("辽宁省", "沈阳市", "和平区", "110001"), ("辽宁省", "大连市", "中山区", "116001"),
    ("黑龙江省", "哈尔滨市", "南岗区", "150001"), ("江西省", "南昌市", "东湖区", "330006"),
    ("河北省", "石家庄市", "长安区", "050011"), ("广西壮族自治区", "南宁市", "青秀区", "530021"),
)  # fmt: skip
STREETS = ("人民路", "解放路", "中山路", "建设路", "文化路", "和平街", "新华街", "朝阳路", "学院路", "滨河路")
ESTATES = ("听雨苑", "翠湖花园", "梧桐里", "向阳小区", "云栖公寓", "江南府", "书香名邸", "桂花城", "东湖新村", "知春园")
NICKS = ("喝茶的", "爱泡茶", "山里", "慢生活", "小确幸", "听雨", "茶香", "半日闲", "清风", "一叶")


@dataclass(frozen=True)
class Address:
    """Where parcels go."""

    province: str
    city: str
    district: str
    street: str
    zip: str

    @property
    def whole(self) -> str:
        """On one line, as a platform exports it."""
        return f"{self.province} {self.city} {self.district} {self.street}"


@dataclass(frozen=True)
class Person:
    """A customer."""

    number: int
    name: str
    sex: str
    phone: str
    nick: str
    address: Address
    birthday: str

    @property
    def masked_name(self) -> str:
        """As a platform shows a receiver it keeps to itself."""
        return self.name[0] + "*" * (len(self.name) - 1)

    @property
    def masked_phone(self) -> str:
        """As a platform shows a number it keeps to itself."""
        return f"{self.phone[:3]}****{self.phone[7:]}"


@dataclass(frozen=True)
class Colleague:
    """Somebody of the staff."""

    no: str
    name: str
    role: str
    pin: str


STAFF = (
    Colleague("01", "沈小满", "owner", "260521"),
    Colleague("02", "周店长", "manager", "280042"),
    Colleague("03", "李娜", "reviewer", "739150"),
    Colleague("04", "陈柜台", "cashier", "614827"),
    Colleague("05", "老吴", "warehouse", "905318"),
    Colleague("06", "林会计", "accountant", "472963"),
    Colleague("07", "小何", "clerk", "351947"),
)
"""Seven people, one for each thing there is to do; their PINs are printed when the demo opens."""


def customers(count: int, seed: int = 20) -> list[Person]:
    """So many customers, always the same. No two have one number or one nick."""
    chance = random.Random(f"people {seed}")
    numbers = chance.sample(range(10_000), min(count, 10_000))
    return [_person(chance, place, numbers[place % 10_000]) for place in range(count)]


def _person(chance: random.Random, place: int, tail: int) -> Person:
    sex = chance.choice(("female", "female", "male"))
    given = "".join(chance.choice(GIVEN[sex]) for _ in range(chance.choice((1, 2, 2))))
    province, city, district, code = chance.choice(PLACES)
    house = f"{chance.choice(STREETS)}{chance.randrange(1, 400)}号{chance.choice(ESTATES)}"
    room = f"{chance.randrange(1, 30)}栋{chance.randrange(1, 25)}0{chance.randrange(1, 5)}室"
    # 1380000xxxx serves as an example everywhere; past ten thousand the next blocks of examples follow.
    return Person(
        number=place,
        name=chance.choice(SURNAMES) + given,
        sex=sex,
        phone=f"138{place // 10_000:04d}{tail:04d}",
        nick=f"{chance.choice(NICKS)}{place:05d}",
        address=Address(province, city, district, house + room, code),
        birthday=f"{chance.randrange(1958, 2006)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
    )
