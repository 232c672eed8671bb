"""Addresses: however people write them, they are divided rightly, or it is said that they cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.shop.settings import regions
from appliance.shop.settings.regions_renamed import CITIES, DISTRICTS

PLACES = [
    (province, city, district)
    for province in regions.provinces()
    for city in regions.cities(province)
    for district in (regions.districts(province, city) or [""])
]
STREETS = ["", "人民路9号", "文三路 90 号 3 栋", "建设大道1号院2单元", "A座1203室", "永安镇永安村12组", "火车站旁边"]
places = st.sampled_from(PLACES)
streets = st.sampled_from(STREETS)


def test_the_table_is_the_whole_country():
    assert len(regions.provinces()) == 34
    assert len(PLACES) > 3_000
    assert regions.districts("北京市", "北京市")[:2] == ["东城区", "西城区"]
    assert "西湖区" in regions.districts("浙江省", "杭州市")
    assert regions.cities("nowhere") == regions.districts("nowhere", "") == []


@given(places, streets, st.sampled_from(["", " ", ",", "/", " - "]))
def test_a_full_address_is_divided_into_its_parts(place: tuple[str, str, str], street: str, between: str):
    found = regions.split(between.join([*filter(None, place), street]))
    assert found[:3] == place
    assert found.ok
    assert found.street == street


@given(places, streets)
def test_a_city_alone_says_its_province(place: tuple[str, str, str], street: str):
    found = regions.split(f"{place[1]}{place[2]}{street}")
    assert found.ok
    assert found[1:3] == place[1:]


@given(places, streets)
def test_the_words_for_province_and_city_may_be_left_out(place: tuple[str, str, str], street: str):
    province, city = (name[:-1] if name[-1] in "省市" else name for name in place[:2])
    assert regions.split(f"{province}{city}{place[2]}{street}")[:3] == place


@given(places)
def test_the_parts_of_the_table_are_consistent(place: tuple[str, str, str]):
    assert regions.consistent(*place)


@given(places, places)
def test_districts_of_other_cities_are_not_consistent(one: tuple[str, str, str], other: tuple[str, str, str]):
    elsewhere = one[1] != other[1] and other[2] not in regions.districts(one[0], one[1])
    if elsewhere and other[2] and other[2][:2] not in "".join(regions.districts(one[0], one[1])):
        assert not regions.consistent(one[0], one[1], other[2])


@given(st.text(max_size=80))
def test_nothing_that_is_typed_breaks_it_and_nothing_is_lost(text: str):
    found = regions.split(text)
    if not found.province:
        assert not found.ok
        assert found.street in text or text.strip().startswith("中")


@given(places, st.text(max_size=30))
def test_whatever_follows_a_district_never_breaks_it(place: tuple[str, str, str], street: str):
    assert isinstance(regions.split("".join(place) + street), regions.Region)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("广东深圳南山科技园1号", ("广东省", "深圳市", "南山区", "科技园1号")),
        ("北京朝阳区望京街9号", ("北京市", "北京市", "朝阳区", "望京街9号")),
        ("上海 上海市 浦东新区 张江路", ("上海市", "上海市", "浦东新区", "张江路")),
        ("上海市市辖区徐汇区漕溪路", ("上海市", "上海市", "徐汇区", "漕溪路")),
        ("重庆市县城口县土城路", ("重庆市", "重庆市", "城口县", "土城路")),
        ("吉林市昌邑区解放路", ("吉林省", "吉林市", "昌邑区", "解放路")),
        ("江西南昌青山湖区北京东路", ("江西省", "南昌市", "青山湖区", "北京东路")),
        ("江西省南昌县莲塘镇", ("江西省", "南昌市", "南昌县", "莲塘镇")),
        ("浙江义乌市稠州路", ("浙江省", "金华市", "义乌市", "稠州路")),
        ("义乌市稠州北路1", ("浙江省", "金华市", "义乌市", "稠州北路1")),
        ("新疆伊犁伊宁市", ("新疆维吾尔自治区", "伊犁哈萨克自治州", "伊宁市", "")),
        ("新疆石河子市北泉镇", ("新疆维吾尔自治区", "石河子市", "", "北泉镇")),
        ("湖北省省直辖县级行政区划仙桃市沔街", ("湖北省", "仙桃市", "", "沔街")),
        ("广东省东莞市长安镇", ("广东省", "东莞市", "", "长安镇")),
        ("内蒙古呼和浩特赛罕区", ("内蒙古自治区", "呼和浩特市", "赛罕区", "")),
        ("广西桂林阳朔县", ("广西壮族自治区", "桂林市", "阳朔县", "")),
        ("恩施州利川市东城路", ("湖北省", "恩施土家族苗族自治州", "利川市", "东城路")),
        ("海南藏族自治州共和县", ("青海省", "海南藏族自治州", "共和县", "")),
        ("甘肃东乡县锁南镇", ("甘肃省", "临夏回族自治州", "东乡族自治县", "锁南镇")),
        ("香港九龙油尖旺区弥敦道1号", ("香港特别行政区", "九龙", "油尖旺区", "弥敦道1号")),
        ("浙江省杭州市下城区文晖路", ("浙江省", "杭州市", "拱墅区", "文晖路")),
        ("襄樊市樊城区", ("湖北省", "襄阳市", "樊城区", "")),
        ("中国浙江省杭州市西湖区", ("浙江省", "杭州市", "西湖区", "")),
        ("浙江省 杭州市 西湖区 浙江省杭州市西湖区文三路", ("浙江省", "杭州市", "西湖区", "文三路")),
        ("山东青岛即墨市鳌山卫", ("山东省", "青岛市", "即墨区", "鳌山卫")),
    ],
)
def test_people_write_as_they_speak(written: str, meant: tuple[str, str, str, str]):
    found = regions.split(written)
    assert found[:4] == meant
    assert found.ok


@pytest.mark.parametrize(
    "written",
    [
        "",
        "上海市南京东路1号",
        "北京市大兴路5号",
        "朝阳区建国路1号",
        "人民路9号",
        "鼓楼区1号",
        "吉林",
        "南京路1号",
        "东莞路1号",
    ],
)
def test_what_says_too_little_is_not_guessed(written: str):
    assert not regions.split(written).ok


def test_the_street_of_a_half_known_address_is_kept():
    assert regions.split("上海市南京东路1号") == ("上海市", "上海市", "", "南京东路1号", False)


def test_short_names_are_as_good_as_long_ones():
    assert regions.consistent("浙江", "杭州", "西湖")
    assert regions.consistent("广东省", "东莞市", "")
    assert not regions.consistent("浙江省", "杭州市", "朝阳区")
    assert not regions.consistent("浙江省", "南京市", "玄武区")
    assert not regions.consistent("", "", "")


def test_old_names_lead_to_places_that_exist():
    for province, city in CITIES.values():
        assert city in regions.cities(province), city
    for old, (province, city, district) in DISTRICTS.items():
        assert district in regions.districts(province, city), old
        assert old not in regions.districts(province, city), old
