"""The rules of recording: what the owner accepts and decides, and what the box says before."""

import io
from typing import Annotated, Any

from appliance.journal import Blob, Desk, Hint, Label, Limit, Refusal, Text, action
from appliance.shop.office import consent
from appliance.shop.office.line_records import PhoneLine, PhoneLineId, RecordingRules

SHORTEST_DAYS, LONGEST_DAYS = 7, 730
LEAST_MB, MOST_MB = 50, 1_000_000
LONGEST_GREETING_S = 60
RATE = 8_000
BEFORE_S, LOUDEST = 0.4, 0.5
"""A line opens late, so a prompt begins with quiet; its peak is half of what a line carries."""

Purpose = Annotated[
    Text,
    Label("What it is for"),
    Limit(max=200),
    Hint("Customers may ask: to check orders taken by phone, to settle disputes."),
]
KeepDays = Annotated[int, Label("Days to keep"), Limit(min=1, max=LONGEST_DAYS)]
CapMb = Annotated[int, Label("Room on the disk, in MB"), Limit(min=1, max=MOST_MB)]
Announce = Annotated[bool, Label("Say that the call is recorded")]
Beep = Annotated[bool, Label("Sound a tone when recording begins")]
OnlyAgreed = Annotated[bool, Label("Record only customers whose file says that they agree")]


@action("Allow recording")
def allow_rules(
    desk: Desk,
    *,
    purpose: Purpose,
    understood: Annotated[bool, Label("I have read this, and the shop will do it")] = False,
    announce: Announce = True,
    beep: Beep = False,
    only_agreed: OnlyAgreed = False,
    keep_days: KeepDays = 90,
    cap_mb: CapMb = 2_000,
) -> None:
    """Nothing is recorded before; afterwards each line is switched on by itself."""
    if not understood:
        raise Refusal("Read what the law asks, and tick that the shop will do it.", field="understood")
    if not purpose.strip():
        raise Refusal("Say what it is for.", field="purpose")
    _write(
        desk, accepted_at=desk.at, accepted_by=desk.who, purpose=purpose.strip(),
        **_checked(announce=announce, beep=beep, only_agreed=only_agreed, keep_days=keep_days, cap_mb=cap_mb),
    )  # fmt: skip


@action("Change the rules of recording")
def change_rules(
    desk: Desk,
    *,
    announce: Announce = True,
    beep: Beep = False,
    only_agreed: OnlyAgreed = False,
    keep_days: KeepDays = 90,
    cap_mb: CapMb = 2_000,
) -> None:
    """What is past its days goes in the coming night."""
    _write(
        desk, **_checked(announce=announce, beep=beep, only_agreed=only_agreed, keep_days=keep_days, cap_mb=cap_mb)
    )  # fmt: skip


@action("Record no more", confirm="Nothing is recorded any more. What was recorded is kept until its days are over.")
def forbid_rules(desk: Desk) -> None:
    """Until the owner allows it anew."""
    _write(desk, accepted_at=0, accepted_by="")


def _checked(*, announce: bool, beep: bool, only_agreed: bool, keep_days: int, cap_mb: int) -> dict[str, Any]:
    if not SHORTEST_DAYS <= keep_days <= LONGEST_DAYS:
        raise Refusal(
            "Keep recordings between {least} and {most} days.",
            field="keep_days",
            least=SHORTEST_DAYS,
            most=LONGEST_DAYS,
        )
    if not LEAST_MB <= cap_mb <= MOST_MB:
        raise Refusal("Give them between {least} and {most} MB.", field="cap_mb", least=LEAST_MB, most=MOST_MB)
    return {"announce": announce, "beep": beep, "only_agreed": only_agreed, "keep_days": keep_days, "cap_mb": cap_mb}


def _write(desk: Desk, **fields: Any) -> None:
    record = consent.rules_id(desk.branch)
    if desk.find(RecordingRules, record) is None:
        desk.put(RecordingRules(id=record))
    desk.change(RecordingRules, record, **fields)


# ---- lines


@action("Record calls of this line", undo="office.unrecord_line")
def record_line(desk: Desk, *, line: PhoneLineId) -> None:
    """From the next call on."""
    if not consent.rules(desk).accepted_at:
        raise Refusal("The owner has not allowed recording yet.", code="not_allowed", remedy="/office/recording")
    desk.change(PhoneLine, line, records=True)


@action("Record this line no more", undo="office.record_line")
def unrecord_line(desk: Desk, *, line: PhoneLineId) -> None:
    """A call that is going on is recorded to its end."""
    desk.change(PhoneLine, line, records=False)


@action("When nobody answers")
def answer_line(
    desk: Desk,
    *,
    line: PhoneLineId,
    voicemail_after: Annotated[
        int, Label("Rings before the box answers"), Limit(min=0, max=20), Hint("Empty for never.")
    ] = 0,
) -> None:
    """The box plays what the owner laid in and records what is said; whoever left a message is called back."""
    if voicemail_after and not consent.rules(desk).accepted_at:
        raise Refusal("The owner has not allowed recording yet.", code="not_allowed", remedy="/office/recording")
    if voicemail_after and not consent.rules(desk).greeting:
        raise Refusal("Lay in what the box says first.", code="no_greeting", remedy="/office/recording")
    if not (voicemail_after == 0 or 2 <= voicemail_after <= 20):
        raise Refusal("Between 2 and 20 rings, or empty for never.", field="voicemail_after")
    desk.change(PhoneLine, line, voicemail_after=voicemail_after)


# ---- what the box says


@action("Lay in what the box says")
def set_greeting(
    desk: Desk, *, file: Annotated[Blob, Label("Sound file"), Hint("WAV, FLAC, OGG or MP3, at most a minute.")]
) -> None:
    """Such as: to serve you well, this call is recorded. It is made fit for a telephone line."""
    content = desk.journal.blobs.path(file).read_bytes() if file else b""
    kept = desk.keep(telephone_sound(content))
    _write(desk, greeting=kept)


@action("Say nothing")
def clear_greeting(desk: Desk) -> None:
    """Whoever talks says it instead."""
    _write(desk, greeting="")


def telephone_sound(content: bytes) -> bytes:
    """Make a sound file fit for a line: 8000 samples a second, one channel, 16 bits, half as loud as can be, as a WAV."""
    # Imported where used: the libraries weigh tens of megabytes, and a greeting is laid in once a year.
    import numpy as np
    import soundfile

    try:
        samples, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
        raise Refusal("This is no sound file that the box can read.", field="file", code="unreadable") from error
    if not len(samples) or len(samples) > LONGEST_GREETING_S * rate:
        raise Refusal("It lasts at most {most} seconds.", field="file", most=LONGEST_GREETING_S)
    mono = samples.mean(axis=1)
    if rate > RATE:
        mono = _without_highs(mono, rate)
    count = round(len(mono) * RATE / rate)
    fitted = np.interp(np.arange(count) * (rate / RATE), np.arange(len(mono)), mono)
    peak = float(np.abs(fitted).max()) or 1.0
    quiet = np.zeros(int(BEFORE_S * RATE))
    out = io.BytesIO()
    whole = np.concatenate([quiet, fitted * (LOUDEST / peak)])
    soundfile.write(out, (whole * 32_767).astype("int16"), RATE, format="WAV", subtype="PCM_16")
    return out.getvalue()


def _without_highs(mono: Any, rate: int) -> Any:
    """Take away what a line cannot carry, before it would fold back as noise: a windowed sinc at 3400 Hz."""
    import numpy as np

    half = max(16, rate // 250)
    at = np.arange(-half, half + 1)
    kernel = np.sinc(at * (2 * 3_400 / rate)) * np.hamming(2 * half + 1)
    return np.convolve(mono, kernel / kernel.sum(), mode="same")
