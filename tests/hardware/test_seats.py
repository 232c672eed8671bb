"""A modem is the same line after every re-plug, whatever the kernel calls its port (spec/modem.md 6)."""

import re
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from appliance import config, demo
from appliance.hardware.modem.profiles import USB
from appliance.hardware.modem.seats import Here, Seat, here, names, seated, unsupported
from appliance.serving import open_house
from appliance.shopfitting import close_box
from tests.reading import HOUSE

CONEXANT = {"vendor": 0x0572, "product": 0x1340}
USR = {"vendor": 0x0BAF, "product": 0x0303}


def at(location: str, path: str = "/dev/ttyACM0", serial: str = "", **device: int) -> Here:
    return Here(path=path, location=location, serial=serial, **(device or CONEXANT))


def seats(*present: Here, known: tuple[Seat, ...] = ()) -> dict[str, str]:
    return {line: one.path for line, (_, one) in seated(present, known).items()}


def remembered(*present: Here) -> tuple[Seat, ...]:
    return tuple(seat for seat, _ in seated(present, ()).values())


def test_a_new_modem_is_a_line_named_after_its_socket():
    assert seats(at("1-1.4")) == {"usb-1-1.4": "/dev/ttyACM0"}


def test_a_modem_in_its_old_socket_is_its_old_line_under_any_name():
    known = remembered(at("1-1.4"))
    assert seats(at("1-1.4", "/dev/ttyACM7"), known=known) == {"usb-1-1.4": "/dev/ttyACM7"}


def test_a_modem_with_a_number_of_its_own_is_known_in_another_socket():
    known = remembered(at("1-1.4", serial="A17"), at("1-1.3", "/dev/ttyACM1", serial="B18"))
    there = seats(at("1-1.3", "/dev/ttyACM0", serial="A17"), at("1-1.4", "/dev/ttyACM1", serial="B18"), known=known)
    assert there == {"usb-1-1.4": "/dev/ttyACM0", "usb-1-1.3": "/dev/ttyACM1"}


def test_modems_with_the_same_number_are_known_by_their_sockets():
    one, other = at("1-1.3", "/dev/ttyACM0", "12345678"), at("1-1.4", "/dev/ttyACM1", "12345678")
    known = remembered(one, other)
    swapped = (at("1-1.4", "/dev/ttyACM0", "12345678"), at("1-1.3", "/dev/ttyACM1", "12345678"))
    assert seats(*swapped, known=known) == {"usb-1-1.4": "/dev/ttyACM0", "usb-1-1.3": "/dev/ttyACM1"}
    assert seats(swapped[0], known=known) == {"usb-1-1.4": "/dev/ttyACM0"}


def test_the_only_modem_of_its_kind_is_known_in_any_socket():
    known = remembered(at("1-1.4"))
    assert seats(at("2-1"), known=known) == {"usb-1-1.4": "/dev/ttyACM0"}
    assert seats(at("2-1", **USR), known=known) == {"usb-2-1": "/dev/ttyACM0"}


def test_a_replacement_in_the_same_socket_is_the_same_line():
    assert seats(at("1-1.4", **USR), known=remembered(at("1-1.4"))) == {"usb-1-1.4": "/dev/ttyACM0"}


def test_a_line_remembers_where_it_sits_now():
    known = remembered(at("1-1.4", serial="A17"))
    [(seat, _)] = seated([at("2-1", serial="A17")], known).values()
    assert (seat.line, seat.location, seat.usb) == ("usb-1-1.4", "2-1", (0x0572, 0x1340))


@given(
    st.lists(
        st.tuples(st.sampled_from(["1-1", "1-2", "1-3"]), st.sampled_from(["", "12345678", "A17"])),
        unique_by=lambda one: one[0],
    )
)
def test_each_modem_is_one_line_in_whatever_order_they_are_found(there: list[tuple[str, str]]):
    present = [at(location, f"/dev/ttyACM{n}", serial) for n, (location, serial) in enumerate(there)]
    known = remembered(*present)
    for order in permutations(present):
        assert seats(*order, known=known) == {f"usb-{one.location}": one.path for one in present}


def test_only_ports_that_speak_at_are_asked(tmp_path: Path):
    """A scale must not be sent commands for a modem."""

    def port(device: str, ids: tuple[int, int] | None, location: str, interface: str = "") -> SimpleNamespace:
        folder = tmp_path / location
        folder.mkdir(exist_ok=True)
        if interface:
            (folder / "bInterfaceProtocol").write_text(f"{interface}\n")
        vendor, product = ids or (None, None)
        return SimpleNamespace(
            device=device,
            vid=vendor,
            pid=product,
            serial_number=None,
            location=location,
            usb_interface_path=str(folder),
        )

    listed = [
        port("/dev/ttyS0", None, "x"),
        port("/dev/ttyACM0", (0x0572, 0x1340), "1-1:1.0"),
        port("/dev/ttyACM1", (0x1234, 0x5678), "1-2:1.0", "01"),
        port("/dev/ttyACM2", (0x1234, 0x9999), "1-3:1.0", "00"),
        port("/dev/ttyUSB0", (0x0403, 0x6001), "1-4:1.0"),
        port("/dev/ttyACM3", (0x0572, 0x1232), "1-5:1.0", "01"),
        port("/dev/ttyACM4", (0x1234, 0x5678), "1-2:1.2", "01"),
    ]
    assert [(one.path, one.location) for one in here(lambda: listed)] == [
        ("/dev/ttyACM0", "1-1"),
        ("/dev/ttyACM1", "1-2"),
    ]


def test_this_machine_can_be_asked():
    assert isinstance(here(), list)
    assert all(name.startswith("tty") for name in names())


def test_a_modem_that_is_only_half_one_is_named_as_unusable(tmp_path: Path):
    for name, ids in (
        ("1-1", ("0572", "1234")),
        ("1-2", ("0572", "1340")),
        ("usb1", ("1d6b", "0002")),
        ("1-1:1.0", None),
    ):
        folder = tmp_path / "bus/usb/devices" / name
        folder.mkdir(parents=True)
        if ids:
            (folder / "idVendor").write_text(ids[0])
            (folder / "idProduct").write_text(ids[1])
    assert [device.title for device in unsupported(tmp_path)] == ["Conexant SoftK56"]
    assert unsupported(tmp_path / "missing") == []
    assert names(tmp_path / "missing") == frozenset()


def test_the_rules_of_the_installer_know_every_usable_modem():
    rules = (HOUSE / "systemd" / "70-appliance-modem.rules").read_text("utf-8")
    known = {
        (int(vendor, 16), int(product, 16))
        for vendor, product in re.findall(r'idVendor\}=="(\w+)", ATTRS\{idProduct\}=="(\w+)"', rules)
    }
    assert known == {usb for usb, device in USB.items() if device.usable}
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in rules


def test_a_modem_that_no_usb_tells_of_is_named_in_the_boxs_own_settings(tmp_path: Path):
    told = demo.new_box(tmp_path / "shop", code="A1")
    config.write(replace(told, modems=("/dev/ttyS0", 'odd "name"')))
    made, box = open_house(config.read(told.folder), demo=True)
    try:
        lines = [one.line for one in made.state.exchange.telephone.lines.standings()]
        playing = [f"port-{link.strip('/').replace('/', '-')}" for link in made.state.phones.links]
    finally:
        made.state.phones.stop()
        close_box(box)
    assert lines == ["port-dev-ttyS0", 'port-odd "name"', *playing]
