"""Sound passes unharmed through the doubling of DLE, and events are told apart from it, wherever the bytes are cut."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.demo.modem.stream import Loudspeaker
from appliance.hardware.modem.shielding import LONGEST_LINE, Code, Heard, Line, Wire, code, shield

sound = st.binary(max_size=300) | st.lists(st.sampled_from([b"\x10", b"\x03", b"\x1a", b"\r", b"\n", b"x"])).map(
    b"".join
)
cuts = st.lists(st.integers(1, 40), max_size=60)
marks = st.sampled_from("0123456789*#ABCD/~RrbKdiscqmlLoupPhHwEY")


def pieces(data: bytes, lengths: list[int]) -> list[bytes]:
    found, at = [], 0
    for length in lengths:
        found.append(data[at : at + length])
        at += length
    return [*found, data[at:]]


def streamed(data: bytes, lengths: list[int]) -> tuple[bytes, str]:
    wire = Wire()
    wire.streaming = True
    tokens = [token for piece in pieces(data, lengths) for token in wire.hear(piece)]
    heard = b"".join(token.sound for token in tokens if isinstance(token, Heard))
    return heard, "".join(chr(token.mark) for token in tokens if isinstance(token, Code))


@given(sound, cuts)
def test_unshielding_undoes_shielding_for_every_sound_and_every_cut(pcm: bytes, lengths: list[int]):
    assert streamed(shield(pcm), lengths) == (pcm, "")


@given(st.lists(st.tuples(sound, marks), max_size=8), cuts)
def test_events_between_the_sound_are_told_and_cost_no_sample(parts: list[tuple[bytes, str]], lengths: list[int]):
    stream = b"".join(shield(pcm) + code(mark) for pcm, mark in parts)
    assert streamed(stream, lengths) == (b"".join(pcm for pcm, _ in parts), "".join(mark for _, mark in parts))


@given(sound)
def test_the_emulated_modem_hears_what_was_shielded(pcm: bytes):
    speaker = Loudspeaker(0)
    for letter in shield(pcm):
        assert speaker.take(letter) == 0
    speaker.play(10_000)
    assert bytes(speaker.heard) == pcm


def test_sub_stands_for_two_bytes_of_sound():
    assert streamed(b"a\x10\x1ab", [2]) == (b"a\x10\x10b", "")


def test_three_dle_at_the_end_are_a_sample_and_the_end():
    assert streamed(b"\x10\x10\x10\x03", []) == (b"\x10", "\x03")


def test_the_line_feed_after_connect_is_no_sound():
    for lengths in ([], [9], [10], [1] * 12):
        wire, heard = Wire(), b""
        for piece in pieces(b"\r\nCONNECT\r\n\nsound", lengths):
            for token in wire.hear(piece):
                if isinstance(token, Line):
                    wire.streaming = True
                elif isinstance(token, Heard):
                    heard += token.sound
        assert heard == b"\nsound"


@given(
    st.lists(
        st.binary(min_size=1, max_size=20).filter(lambda text: not set(text) & set(b"\r\n\x10\x00 \t")), max_size=5
    ),
    cuts,
)
def test_cr_and_lf_and_both_end_a_line_alike(lines: list[bytes], lengths: list[int]):
    for end in (b"\r", b"\n", b"\r\n", b"\r\n\r\n"):
        wire = Wire()
        tokens = [token for piece in pieces(end.join([*lines, b""]), lengths) for token in wire.hear(piece)]
        assert tokens == [Line(line) for line in lines]


def test_noise_never_swallows_the_end_of_a_line():
    assert list(Wire().hear(b"\x10\r\nRING\r\n")) == [Line(b"RING")]


def test_an_endless_line_is_let_go():
    wire = Wire()
    assert list(wire.hear(b"x" * 10 * LONGEST_LINE)) == []
    assert len(wire.unfinished) <= LONGEST_LINE
    assert list(wire.hear(b"\r\nRING\r\n"))[-1] == Line(b"RING")


def test_a_packet_inside_the_stream_is_text_and_the_sound_goes_on_behind_it():
    wire = Wire()
    wire.streaming = True
    stream = b"one\x10XCIDM\r\nNMBR=13800138000\r\n\x10.two"
    assert list(wire.hear(stream)) == [
        Heard(b"one"),
        Code(ord("X")),
        Line(b"CIDM"),
        Line(b"NMBR=13800138000"),
        Code(ord(".")),
        Heard(b"two"),
    ]


def test_a_packet_without_an_end_does_not_eat_the_call():
    wire = Wire()
    wire.streaming = True
    tokens = list(wire.hear(b"\x10X" + b"n" * 1_000))
    assert sum(len(token.sound) for token in tokens if isinstance(token, Heard)) == 400
