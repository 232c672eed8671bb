"""Codings of sound, the box's own ear, and the codes of a stream (spec/modem.md 4.2, 4.6, 4.7, 7.2)."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.demo.modem.chips import CHIPS
from appliance.demo.modem.sounds import AMERICAN_BUSY, BUSY, CONGESTION, rhythm, silence, tone, voice
from appliance.hardware.modem.codes import Codes
from appliance.hardware.modem.formats import PREFERRED, SILENCE, choose, decode, encode
from appliance.hardware.modem.profiles import CONEXANT, ROCKWELL, USR
from appliance.hardware.modem.tones import Ear

# ---- codings


@pytest.mark.parametrize(
    ("chip", "chosen"),
    [
        ("conexant", "1 unsigned"),
        ("usr", "128 unsigned"),
        ("agere", "128 unsigned"),
        ("silabs", "1 unsigned"),
        ("v253", "1 unsigned"),
        ("mu-law", "4 mu-law"),
    ],
)
def test_the_coding_is_chosen_by_what_a_modem_says_not_by_its_chip(chip: str, chosen: str):
    assert str(choose(CHIPS[chip].rows)) == chosen


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        (['+VSM: 128,"8-BIT LINEAR",8,0,(7200,8000,11025),0,0'], "128 unsigned"),
        (["0", "1", "garbage"], "None"),
        (["1,,8,0,8000,0,0"], "1 unsigned"),
        (["5,,8,0,8000,0,0", "4,,8,0,8000,0,0"], "4 mu-law"),
        (['1,"UNSIGNED PCM",8,0,7200,0,0'], "None"),
        (['1,"UNSIGNED PCM",8,0,(7200-11025),0,0'], "1 unsigned"),
        (['129,"IMA ADPCM",4,0,8000,0,0', '140,"2 bit ADPCM",2,0,8000,0,0'], "None"),
        (['133,"14 bit PCM",14,0,8000,0,0', '129,"16-BIT LINEAR",(8000)'], "None"),
        (['0,"SIGNED PCM",8,0,8000,0,0'], "0 signed"),
        (['0,"SIGNED PCM",16,0,8000,0,0'], "None"),
        (["131,Mu-Law,8,0,8000,0,0"], "131 mu-law"),
        (['3,"G.729A",8,0,8000', '1,"CELP"'], "None"),
        ([], "None"),
    ],
)
def test_rows_come_in_many_forms(rows: list[str], chosen: str):
    assert str(choose(rows)) == chosen


@pytest.mark.parametrize(
    ("coding", "code", "sample"),
    [
        ("unsigned", 0x80, 0), ("unsigned", 0xFF, 32512), ("unsigned", 0x00, -32768),
        ("signed", 0x00, 0), ("signed", 0x7F, 32512), ("signed", 0x80, -32768),
        # ITU-T G.711, tables 1a and 2a: the ends of the scale and its middle.
        ("mu-law", 0xFF, 0), ("mu-law", 0x7F, 0), ("mu-law", 0x80, 32124), ("mu-law", 0x00, -32124), ("mu-law", 0xF0, 120),
        ("a-law", 0xD5, 8), ("a-law", 0x55, -8), ("a-law", 0xAA, 32256), ("a-law", 0x2A, -32256), ("a-law", 0xC5, 264),
    ],
)  # fmt: skip
def test_a_code_means_what_its_standard_says(coding: str, code: int, sample: int):
    assert array("h", decode(bytes((code,)), coding)).tolist() == [sample]


@pytest.mark.parametrize("coding", PREFERRED)
def test_every_code_survives_the_way_there_and_back(coding: str):
    codes = bytes(range(256))
    back = encode(decode(codes, coding), coding)
    same = [code for code in codes if back[code] == code]
    assert len(same) >= (255 if coding == "mu-law" else 256)
    assert decode(back, coding) == decode(codes, coding)
    assert abs(array("h", decode(bytes((SILENCE[coding],)), coding))[0]) <= 8


@given(st.lists(st.integers(-32768, 32767), max_size=50), st.sampled_from(PREFERRED))
def test_a_sample_is_coded_to_the_nearest_there_is(samples: list[int], coding: str):
    known = array("h", decode(bytes(range(256)), coding)).tolist()
    got = array("h", decode(encode(array("h", samples).tobytes(), coding), coding)).tolist()
    for sample, coded in zip(samples, got, strict=True):
        assert abs(coded - sample) <= min(abs(one - sample) for one in known) + 4


# ---- the ear


def hears(*parts: "array[int]") -> list[str]:
    ear, found = Ear(), []
    for part in parts:
        for at in range(0, len(part), 800):
            found += list(ear.hear(part[at : at + 800].tobytes()))
    return found


def first_of(source: object, ms: int) -> "array[int]":
    samples = array("h")
    while len(samples) < ms * 8:
        samples += next(source)
    return samples[: ms * 8]


@pytest.mark.parametrize(("tone_of", "heard"), [(BUSY, "busy"), (CONGESTION, "congestion"), (AMERICAN_BUSY, "busy")])
def test_the_ear_knows_a_busy_line_of_china_and_america(tone_of: tuple, heard: str):
    assert heard in hears(voice(3_000), first_of(rhythm(*tone_of), 7_000))


@pytest.mark.parametrize("frequency", [400, 425, 450])
def test_a_busy_tone_of_another_country_is_one_too(frequency: int):
    assert "busy" in hears(first_of(rhythm((frequency,), 400, 400), 4_000))


@pytest.mark.parametrize("shift", range(0, 200, 37))
def test_it_does_not_matter_where_in_a_block_the_tone_begins(shift: int):
    quiet = array("h", [0] * shift)
    assert "busy" in hears(quiet, first_of(rhythm(*BUSY), 3_000))


def test_a_quiet_busy_tone_over_noise_is_heard():
    quiet = first_of(rhythm((450,), 350, 350), 4_000)
    noisy = array("h", [(sample // 4) + ((n * 7919) % 257 - 128) for n, sample in enumerate(quiet)])
    assert "busy" in hears(noisy)


def test_the_ear_knows_dial_tone_ringback_and_fax():
    assert hears(tone((450,), 4_000)) == ["dial"]
    assert hears(tone((450,), 1_000), silence(4_000), tone((450,), 1_000), silence(3_000)) == ["ringback", "ringback"]
    assert "fax" in hears(silence(500), tone((1100,), 500), silence(1_000))


@pytest.mark.parametrize("seed", range(8))
def test_nobody_is_hung_up_on_for_talking(seed: int):
    assert hears(voice(10_000, seed)) == []


def test_silence_is_measured_over_the_noise_of_the_line():
    ear = Ear()
    list(ear.hear(voice(2_000).tobytes()))
    assert ear.silent_ms < 1_000
    list(ear.hear(silence(3_000).tobytes()))
    assert 3_000 <= ear.silent_ms < 4_000
    noise = array("h", [((n * 7919) % 601) - 300 for n in range(8_000 * 3)])
    list(ear.hear(noise.tobytes()))
    assert ear.silent_ms >= 6_000
    list(ear.hear(voice(1_000, 3).tobytes()))
    assert ear.silent_ms < 1_000


def test_a_loud_line_is_silent_once_its_noise_is_known():
    ear = Ear()
    list(ear.hear(array("h", [((n * 7919) % 2001) - 1000 for n in range(8_000 * 30)]).tobytes()))
    assert ear.silent_ms > 5_000


def test_levels_are_told_once_a_second():
    ear, told = Ear(), []
    for _ in range(30):
        list(ear.hear(tone((1000,), 100, loudness=10_000).tobytes()))
        told += [level] if (level := ear.second()) else []
    assert len(told) == 3
    assert all(9_900 <= peak <= 10_000 and 7_000 <= mean <= 7_100 for peak, mean in told)


# ---- codes


def read(codes: Codes, *marks: tuple[int, str]) -> list[tuple[str, str]]:
    return [found for at, mark in marks if (found := codes.read(ord(mark), at))]


def test_a_key_counts_once_however_long_it_is_held():
    framed = [(0, "/"), (0, "5"), (70, "5"), (140, "5"), (210, "~"), (400, "/"), (400, "5"), (470, "5"), (540, "~")]
    assert read(Codes(CONEXANT), *framed) == [("key", "5"), ("key", "5")]
    bare = [(0, "0"), (70, "0"), (140, "0"), (600, "0"), (610, "1"), (620, "0")]
    assert read(Codes(CONEXANT), *bare) == [("key", "0"), ("key", "0"), ("key", "1"), ("key", "0")]


def test_a_frame_whose_end_was_lost_does_not_swallow_later_presses():
    assert read(Codes(CONEXANT), (0, "/"), (0, "5"), (2_000, "5"), (4_000, "5")) == [("key", "5")] * 3


def test_a_busy_code_is_believed_when_it_comes_again_in_rhythm():
    assert read(Codes(CONEXANT), (0, "b")) == []
    assert read(Codes(CONEXANT), (0, "b"), (100, "b"), (5_000, "b")) == []
    assert read(Codes(CONEXANT), (0, "b"), (700, "b")) == [("busy", "")]
    assert read(Codes(CONEXANT), (0, "K"), (400, "K")) == [("congestion", "")]


def test_each_family_tells_its_telephone_in_its_own_way():
    assert read(Codes(CONEXANT), (0, "P"), (1, "p")) == [("lifted", ""), ("put_down", "")]
    assert read(Codes(USR), (0, "H"), (1, "h"), (2, "P")) == [("lifted", ""), ("put_down", "")]
    assert read(Codes(ROCKWELL), (0, "t")) == [("lifted", "")]


def test_what_a_family_invents_is_not_believed():
    assert read(Codes(USR), (0, "d"), (1, "i")) == []
    assert read(Codes(CONEXANT), (0, "d")) == [("dial", "")]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 255))))
def test_any_code_is_read_without_harm(marks: list[tuple[int, int]]):
    codes = Codes(CONEXANT)
    for at, mark in marks:
        codes.read(mark, at)
