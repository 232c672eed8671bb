"""Numbers as people write them, and the form by which they are compared."""

import pytest

from appliance.shop.customers.phones import calling_number, is_masked, is_phone, normal_phone, tail


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("138 0000 2266", "13800002266"),
        ("+86 138-0000-2266", "13800002266"),
        ("008613800002266", "13800002266"),
        ("8613800002266", "13800002266"),
        ("１３８００００２２６６", "13800002266"),
        ("0571-88889999", "057188889999"),
        ("(0571) 8888 9999", "057188889999"),
        ("+86 571 88889999", "057188889999"),
        ("+86 10 12345678", "01012345678"),
        ("010-12345678", "01012345678"),
        ("0571-88889999转801", "057188889999-801"),
        ("0571-88889999-801", "057188889999-801"),
        ("400-812-3123", "4008123123"),
        ("95588", "95588"),
        ("88889999", "88889999"),
        ("+852 2345 6789", "+85223456789"),
        ("00852 2345 6789", "+85223456789"),
    ],
)
def test_two_writings_of_a_number_are_one_number(written: str, normal: str) -> None:
    assert normal_phone(written) == normal
    assert normal_phone(normal) == normal, "what is normal stays as it is"


@pytest.mark.parametrize("written", ["138****2266", "13800002266-1234", "1380000226", "138000022666", "abc", ""])
def test_masked_passing_and_mistyped_numbers_are_never_compared(written: str) -> None:
    assert normal_phone(written) == ""


def test_a_passing_number_can_be_dialled_and_a_mistyped_one_cannot() -> None:
    assert is_phone("13800002266-1234")
    assert not is_phone("1380000226")
    assert is_masked("138****2266")
    assert not is_masked("13800002266")


def test_only_fixed_lines_are_found_by_their_tail() -> None:
    assert tail(normal_phone("0571-88889999-801")) == tail(normal_phone("88889999")) == "8889999"
    assert tail("13800002266") == tail("95588") == ""


@pytest.mark.parametrize(
    ("sent", "normal"),
    [
        ("13800002266", "13800002266"),
        ("013800002266", "13800002266"),
        ("8613800002266", "13800002266"),
        ("008613800002266", "13800002266"),
        ("+86 138 0000 2266", "13800002266"),
        ("1795113800002266", "13800002266"),
        ("12593013800002266", "13800002266"),
        ("17951057188889999", "057188889999"),
        ("62345678", "075562345678"),
        ("2234567", "07552234567"),
        ("075562345678", "075562345678"),
        ("01012345678", "01012345678"),
        ("1012345678", "01012345678"),
        ("2062345678", "02062345678"),
        ("57188889999", "057188889999"),
        ("6912345678", "06912345678"),
        ("0086057188889999", "057188889999"),
        ("8657188889999", "057188889999"),
        ("4008123123", "4008123123"),
        ("8008123123", "8008123123"),
        ("95588", "95588"),
        ("95588123", "95588123"),
        ("96315", "96315"),
        ("10086", "10086"),
        ("12345", "12345"),
        ("0085223456789", "+85223456789"),
    ],
)
def test_a_number_is_known_in_every_form_in_which_an_exchange_sends_it(sent: str, normal: str) -> None:
    assert calling_number(sent, "0755") == normal


@pytest.mark.parametrize(
    "sent", ["", "P", "O", "0", "0000000000", "1", "8001", "106571200001", "138****2266", "1380000226"]
)
def test_what_is_no_number_of_anybody_is_never_compared(sent: str) -> None:
    assert calling_number(sent, "0755") == ""


def test_without_the_shops_area_code_a_number_of_the_town_is_found_by_its_tail() -> None:
    assert calling_number("62345678") == "62345678"
    assert tail(calling_number("62345678")) == tail(calling_number("62345678", "0755")) == "2345678"
