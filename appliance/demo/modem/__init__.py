"""A modem to play with: it behaves like the real ones of spec/modem.md 10, good days and bad."""

from appliance.demo.modem.calls import Incoming
from appliance.demo.modem.chips import CHIPS, Chip
from appliance.demo.modem.device import EmulatedModem
from appliance.demo.modem.plugged import PluggedModem

__all__ = ["CHIPS", "Chip", "EmulatedModem", "Incoming", "PluggedModem"]
