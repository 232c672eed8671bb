import io

from appliance.demo import goods, people, pictures


def test_three_hundred_skus_each_with_its_own_code_and_barcode():
    skus = [sku for one in goods.all_goods() for sku in one.skus]
    assert len(skus) == 300
    assert len({sku.code for sku in skus}) == 300
    assert len({sku.barcode for sku in skus}) == 300
    assert all(sku.cost < sku.wholesale < sku.member < sku.retail <= sku.market for sku in skus)


def test_every_barcode_carries_a_true_check_digit():
    for one in goods.all_goods():
        for sku in one.skus:
            digits = [int(digit) for digit in sku.barcode]
            assert len(digits) == 13
            assert sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def test_every_product_has_a_picture_that_opens():
    from PIL import Image

    seen = set()
    for one in goods.all_goods():
        for sku in one.skus:
            drawn = pictures.picture(sku.motif, sku.hue)
            assert len(drawn) < 12_000
            seen.add(drawn)
    image = Image.open(io.BytesIO(pictures.picture("pot", 190)))
    assert image.size == (320, 320)
    assert len(image.convert("RGB").getcolors(100_000)) > 12
    assert len(seen) > 100


def test_customers_are_always_the_same_and_nobody_real():
    one, again = people.customers(2_000), people.customers(2_000)
    assert one == again
    assert {person.phone[:7] for person in one} == {"1380000"}
    assert len({person.phone for person in one}) == len({person.nick for person in one}) == 2_000


def test_staff_pins_are_six_different_digits_long():
    assert len({colleague.pin for colleague in people.STAFF}) == len(people.STAFF)
    assert all(len(colleague.pin) == 6 and colleague.pin.isdigit() for colleague in people.STAFF)
