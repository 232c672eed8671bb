"""Voice modems on the box: who calls, and what is said.

`Switchboard` finds them and keeps them; its events and commands are those of `appliance.hardware.line`.
"""

from appliance.hardware.modem.protocol import Modem
from appliance.hardware.modem.seats import Seat
from appliance.hardware.modem.session import Settings
from appliance.hardware.modem.switchboard import Switchboard

__all__ = ["Modem", "Seat", "Settings", "Switchboard"]
