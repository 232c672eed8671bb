"""The recorder: keeps what is said on a line, sealed from the first second, and gives it back from any place on.

It needs no device: it takes sound as `line.Sound` brings it, and what was taken survives whatever happens to the line,
the process or the power.
"""

from appliance.hardware.recorder.recording import Recorder, Taken, Taking
from appliance.hardware.recorder.sealing import Sealed, Unreadable

__all__ = ["Recorder", "Sealed", "Taken", "Taking", "Unreadable"]
