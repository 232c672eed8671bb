"""Tablets, phones and screens: let in once by somebody who may, renamed, and struck from the list."""

from typing import Annotated

from appliance.journal import Desk, Label, Refusal, Secret, Text, action, derive
from appliance.shop.staff.records import Device, DeviceId, DeviceKind


@action("Let a device in")
def enrol_device(
    desk: Desk, *, name: Text, key_hash: Annotated[Secret, Label("Hash of its key")], kind: DeviceKind = "tablet"
) -> str:
    """Its key stays on it; the box keeps the key's hash only."""
    _check_name(name)
    if len(key_hash) != 64 or not set(key_hash) <= set("0123456789abcdef"):
        raise Refusal("That is not the hash of a device's key.", field="key_hash")
    # The same key told twice is the same device.
    record = derive("device", key_hash)
    return desk.put(Device(id=record, name=name.strip(), key_hash=key_hash, kind=kind, enrolled_at=desk.at))


@action("Rename the device")
def change_device(desk: Desk, *, device: DeviceId, name: Text, kind: DeviceKind = "tablet") -> None:
    """A name that says where it stands, so that a lost one is found in the list."""
    _check_name(name)
    desk.change(Device, device, name=name.strip(), kind=kind)


@action(
    "Shut the device out",
    undo="staff.enable_device",
    confirm="Whoever is signed in on it is signed out, and it cannot be used until you let it in again.",
)
def disable_device(desk: Desk, *, device: DeviceId) -> None:
    """For a tablet that was lost or given away."""
    if device == desk.device:
        raise Refusal("This is the device in your hand. Shut it out from another one.", code="own_device")
    desk.change(Device, device, disabled=True)


@action("Let the device in again")
def enable_device(desk: Desk, *, device: DeviceId) -> None:
    """It can be used again, with the key it has."""
    desk.change(Device, device, disabled=False)


def _check_name(name: str) -> None:
    if not name.strip():
        raise Refusal("A name is needed.", field="name")
