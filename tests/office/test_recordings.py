"""Recordings: nobody is recorded against the rules, who hears them is written down, and their time runs out."""

from __future__ import annotations

import io
import math
import struct
import wave

import pytest

from appliance.journal import Desk, Refusal, action
from appliance.shop import customers
from appliance.shop.customers import Customer
from appliance.shop.office import actions as office
from appliance.shop.office import consent
from appliance.shop.office.line_records import Call, Recording, RecordingRules
from appliance.shop.office.recordings import DAY_MS, MB
from appliance.shop.office.rules import telephone_sound
from tests.cast import Shop, agree, meet
from tests.orders.teahouse import House, change, refused

LI_NAS = "13800002266"
VOICE = ["caller_id", "voice", "dial", "listen_in", "hears_handset"]


@pytest.fixture
def line(alice: Desk, house: House) -> str:
    return office.line_found(alice, place="usb-1", model="CX93001", can=VOICE)


@pytest.fixture
def allowed(alice: Desk, line: str) -> str:
    """The owner has accepted the duties and switched the line on."""
    office.allow_rules(alice, purpose="电话下单核对", understood=True)
    office.record_line(alice, line=line)
    return line


def talking(desk: Desk, line: str, number: str = LI_NAS, call: str = "1") -> str:
    made = office.ring(desk, line=line, call=call, number=number, presentation="allowed")
    office.pick_up(desk, call=made)
    return made


def kept(desk: Desk, call: str, take: str = "1", size: int = MB, **more: object) -> str:
    office.begin_recording(desk, call=call)
    return office.keep_recording(
        desk, call=call, take=f"{call}.{take}", blob="0" * 64, size=size, length_ms=86_000, peaks="0f3", **more
    )


def still_there(desk: Desk) -> list[str]:
    return [row.id for row in desk.rows("select id from recording_list where state = 'kept' order by began_at")]


# ---- whether to record at all


def test_nothing_is_recorded_until_the_owner_accepts_what_the_law_asks(alice: Desk, line: str) -> None:
    call = talking(alice, line)
    assert consent.plan(alice, call, by_box=False).why_not == "The owner has not allowed recording yet."
    refused("not_allowed", lambda: office.record_line(alice, line=line))
    refused("not_allowed", lambda: office.record_call(alice, call=call))
    with pytest.raises(Refusal) as said:
        office.allow_rules(alice, purpose="核对")
    assert said.value.field == "understood"
    with pytest.raises(Refusal) as said:
        office.allow_rules(alice, purpose=" ", understood=True)
    assert said.value.field == "purpose"
    office.allow_rules(alice, purpose="核对", understood=True)
    assert consent.plan(alice, call, by_box=False).why_not == "Calls of this line are not recorded."
    office.record_line(alice, line=line)
    assert consent.plan(alice, call, by_box=False).record
    assert consent.rules(alice).accepted_by == alice.who
    office.forbid_rules(alice)
    assert not consent.plan(alice, call, by_box=False).record


def test_who_objects_is_not_recorded_not_even_to_the_end_of_the_call(alice: Desk, house: House, allowed: str) -> None:
    call = talking(alice, allowed)
    office.begin_recording(alice, call=call)
    office.opt_out(alice, customer=house.li_na)
    assert [row.asked for row in alice.rows("select asked from line_asked")] == ["stop_recording"]
    office.end_recording(alice, call=call)
    assert consent.plan(alice, call, by_box=False).why_not == "This customer does not want to be recorded."
    refused("not_allowed", lambda: office.record_call(alice, call=call))
    office.opt_out(alice, customer=house.li_na)
    office.opt_in(alice, customer=house.li_na)
    assert consent.plan(alice, call, by_box=False).record
    with pytest.raises(Refusal, match="did not object"):
        office.opt_in(alice, customer=house.li_na)


def test_an_objection_holds_for_the_merged_file_too(alice: Desk, house: House, allowed: str) -> None:
    from appliance.shop.customers.actions import merge

    double = customers.create(alice, name="李娜娜", phone="13911112222")
    office.opt_out(alice, customer=double)
    merge(alice, customer=house.li_na, other=double)
    assert not consent.plan(alice, talking(alice, allowed), by_box=False).record


def test_a_shop_may_record_only_those_whose_file_says_that_they_agree(alice: Desk, house: House, allowed: str) -> None:
    office.change_rules(alice, only_agreed=True)
    stranger = talking(alice, allowed, "02166667777", call="2")
    call = talking(alice, allowed)
    for one in (stranger, call):
        assert "agree" in consent.plan(alice, one, by_box=False).why_not
    change(alice, Customer, house.li_na, consent_recording=True)
    assert consent.plan(alice, call, by_box=False).record


def test_the_other_side_learns_of_it_as_the_rules_say(alice: Desk, allowed: str) -> None:
    call = talking(alice, allowed)
    assert consent.plan(alice, call, by_box=False).notice == "spoken"
    assert consent.plan(alice, call, by_box=True).notice == "spoken"
    office.set_greeting(alice, file=alice.keep(tone(1)))
    by_box = consent.plan(alice, call, by_box=True)
    assert by_box.notice == "played" and by_box.greeting
    assert consent.plan(alice, call, by_box=False).notice == "spoken"
    office.change_rules(alice, announce=False, beep=True)
    assert consent.plan(alice, call, by_box=True).notice == "beep"
    office.change_rules(alice, announce=False, beep=False)
    assert consent.plan(alice, call, by_box=True).notice == "none"
    office.clear_greeting(alice)


def test_a_device_that_cannot_listen_in_records_nothing(alice: Desk, allowed: str) -> None:
    dumb = office.line_found(alice, place="usb-2", can=["caller_id"])
    office.record_line(alice, line=dumb)
    call = talking(alice, dumb)
    assert consent.plan(alice, call, by_box=False).why_not == "The device of this line cannot record."
    half = office.line_found(alice, place="usb-3", can=["caller_id", "voice"])
    office.record_line(alice, line=half)
    other = talking(alice, half, call="3")
    assert not consent.plan(alice, other, by_box=False).record
    assert consent.plan(alice, other, by_box=True).record


def test_a_call_is_recorded_by_hand_and_stopped_by_hand(alice: Desk, allowed: str) -> None:
    office.unrecord_line(alice, line=allowed)
    call = office.ring(alice, line=allowed, call="1", number=LI_NAS, presentation="allowed")
    refused("over", lambda: office.record_call(alice, call=call))
    office.pick_up(alice, call=call)
    office.record_call(alice, call=call)
    refused("over", lambda: office.unrecord_call(alice, call=call))
    office.begin_recording(alice, call=call)
    office.unrecord_call(alice, call=call)
    assert [row.asked for row in alice.rows("select asked from line_asked order by at")] == ["record", "stop_recording"]


# ---- what becomes of it


def test_a_recording_belongs_to_its_call_and_is_told_once(alice: Desk, allowed: str) -> None:
    call = talking(alice, allowed)
    first = kept(alice, call, notice="spoken")
    assert kept(alice, call) == first
    assert still_there(alice) == [first]
    found = alice.get(Recording, first)
    assert (found.notice, found.length_ms, found.box) == ("spoken", 86_000, "A1")
    assert alice.get(Call, call).recording_since == 0
    assert alice.value("select recorded from call_list where id = ?", call) == 1
    second = kept(alice, call, take="2", whole=False)
    assert still_there(alice) == [first, second]
    assert alice.value("select size from recorded_room where box = 'A1' and state = 'kept'") == 2 * MB


def test_who_listened_and_who_carried_it_away_is_written_down(alice: Desk, chen: Desk, allowed: str) -> None:
    recording = kept(alice, talking(alice, allowed))
    office.listen(chen, recording=recording)
    office.export_recording(alice, recording=recording, reason="消协调解")
    assert [row.who for row in alice.rows("select who from listened")] == [chen.who]
    assert [tuple(row) for row in alice.rows("select who, reason from exported")] == [(alice.who, "消协调解")]
    with pytest.raises(Refusal, match="what it is for"):
        office.export_recording(alice, recording=recording, reason=" ")


def test_days_run_out_unless_somebody_protects_or_a_dispute_holds(box: Shop, alice: Desk, allowed: str) -> None:
    call = talking(alice, allowed)
    old, dear, held = (kept(alice, call, take=str(n)) for n in range(3))
    office.protect_recording(alice, recording=dear)
    office.hold_recording(alice, recording=held, hold="杭仲裁 2026-118")
    box.clock.now += 91 * DAY_MS
    fresh = kept(alice, talking(alice, allowed, call="2"))
    assert office.retire_recordings(alice) == 1
    assert set(still_there(alice)) == {dear, held, fresh}
    assert alice.get(Recording, old).deleted_why == "time"
    for late in (office.listen, office.protect_recording, office.delete_recording):
        refused("deleted", lambda late=late: late(alice, recording=old))
    office.unprotect_recording(alice, recording=dear)
    office.release_recording(alice, recording=held)
    with pytest.raises(Refusal, match="not held"):
        office.release_recording(alice, recording=held)
    assert office.retire_recordings(alice) == 2
    assert still_there(alice) == [fresh]


def test_what_is_beyond_the_room_goes_the_oldest_first(alice: Desk, allowed: str) -> None:
    call = talking(alice, allowed)
    first, dear, third, fourth = (kept(alice, call, take=str(n), size=30 * MB) for n in range(4))
    office.protect_recording(alice, recording=dear)
    office.change_rules(alice, cap_mb=70)
    assert office.retire_recordings(alice) == 2
    assert still_there(alice) == [dear, fourth]
    assert alice.get(Recording, first).deleted_why == alice.get(Recording, third).deleted_why == "room"


def test_what_is_held_cannot_be_deleted(alice: Desk, house: House, allowed: str) -> None:
    recording = kept(alice, talking(alice, allowed))
    with pytest.raises(Refusal):
        office.hold_recording(alice, recording=recording, hold=" ")
    office.hold_recording(alice, recording=recording, hold="案号 118")
    refused("held", lambda: office.delete_recording(alice, recording=recording))
    office.release_recording(alice, recording=recording)
    office.delete_recording(alice, recording=recording)
    assert still_there(alice) == []
    assert alice.value("select size from recorded_room where state = 'kept'") == 0


def test_what_was_said_goes_with_its_customer(alice: Desk, house: House, allowed: str) -> None:
    recording = kept(alice, talking(alice, allowed))
    other = kept(alice, talking(alice, allowed, "02166667777", call="2"))

    @action("Strike out")
    def strike_out(desk: Desk) -> None:
        desk.remove(Customer, house.li_na)

    strike_out(alice)
    assert office.retire_recordings(alice) == 1
    assert still_there(alice) == [other]
    assert alice.get(Recording, recording).deleted_why == "erased"


def test_another_box_deletes_nothing_that_is_not_its_own(alice: Desk, bella: Desk, box: Shop, allowed: str) -> None:
    kept(alice, talking(alice, allowed))
    meet(alice, bella)
    bella.journal.clock.now += 200 * DAY_MS  # type: ignore[attr-defined]
    assert office.retire_recordings(bella) == 0
    assert agree(alice, bella)


def test_a_small_recording_takes_the_place_of_the_large(alice: Desk, allowed: str) -> None:
    recording = kept(alice, talking(alice, allowed))
    office.swap_recording(alice, recording=recording, blob="1" * 64, size=100_000)
    found = alice.get(Recording, recording)
    assert (found.squeezed, found.size, found.blob) == (True, 100_000, "1" * 64)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"keep_days": 6}, "keep_days"), ({"keep_days": 731}, "keep_days"), ({"cap_mb": 49}, "cap_mb"), ({"cap_mb": 2_000_000}, "cap_mb")],
)  # fmt: skip
def test_days_and_room_have_their_bounds(alice: Desk, house: House, given: dict[str, int], field: str) -> None:
    with pytest.raises(Refusal) as said:
        office.change_rules(alice, **given)
    assert said.value.field == field


# ---- what the box says


def tone(seconds: float, rate: int = 44_100, hertz: int = 1_000, channels: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        for place in range(int(seconds * rate)):
            sample = int(20_000 * math.sin(2 * math.pi * hertz * place / rate))
            file.writeframesraw(struct.pack("<h", sample) * channels)
    return out.getvalue()


def test_a_sound_file_is_made_fit_for_a_line(alice: Desk, house: House) -> None:
    office.set_greeting(alice, file=alice.keep(tone(2)))
    greeting = alice.find(RecordingRules, consent.rules_id(alice.branch))
    assert greeting is not None
    with wave.open(str(alice.journal.blobs.path(greeting.greeting))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8_000, 1, 2)
        samples = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
    assert len(samples) == int(2.4 * 8_000)
    assert max(map(abs, samples[:3_000])) == 0 and 15_000 < max(samples) <= 16_384


def test_what_a_line_cannot_carry_is_taken_away_and_not_folded_back() -> None:
    def loudness(hertz: int) -> float:
        content = telephone_sound(tone(0.5, hertz=1_000) if hertz == 1_000 else mixed(hertz))
        with wave.open(io.BytesIO(content)) as file:
            samples = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))[4_000:6_000]
        folded = 8_000 - hertz if hertz > 4_000 else hertz
        real = sum(one * math.cos(2 * math.pi * folded * place / 8_000) for place, one in enumerate(samples))
        imaginary = sum(one * math.sin(2 * math.pi * folded * place / 8_000) for place, one in enumerate(samples))
        return math.hypot(real, imaginary) / len(samples)

    def mixed(hertz: int) -> bytes:
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(44_100)
            for place in range(22_050):
                low = math.sin(2 * math.pi * 1_000 * place / 44_100)
                high = math.sin(2 * math.pi * hertz * place / 44_100)
                file.writeframesraw(struct.pack("<h", int(10_000 * (low + high))))
        return out.getvalue()

    assert loudness(6_000) < loudness(1_000) / 50


@pytest.mark.parametrize("content", [b"", b"no sound at all", tone(0)])
def test_what_is_no_sound_is_refused(alice: Desk, house: House, content: bytes) -> None:
    with pytest.raises(Refusal) as said:
        office.set_greeting(alice, file=alice.keep(content))
    assert said.value.field == "file"


def test_a_long_speech_is_refused(alice: Desk, house: House) -> None:
    with pytest.raises(Refusal, match="60 seconds"):
        office.set_greeting(alice, file=alice.keep(tone(61, rate=8_000, channels=1)))


def test_a_line_answers_by_itself_only_when_there_is_something_to_say(alice: Desk, line: str) -> None:
    refused("not_allowed", lambda: office.answer_line(alice, line=line, voicemail_after=5))
    office.allow_rules(alice, purpose="留言", understood=True)
    refused("no_greeting", lambda: office.answer_line(alice, line=line, voicemail_after=5))
    office.set_greeting(alice, file=alice.keep(tone(1)))
    with pytest.raises(Refusal) as said:
        office.answer_line(alice, line=line, voicemail_after=1)
    assert said.value.field == "voicemail_after"
    office.answer_line(alice, line=line, voicemail_after=5)
    office.answer_line(alice, line=line)
