"""Rights as people read them: a row for each room, with what may be looked at and what may be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from appliance.journal import Rights


@dataclass(frozen=True)
class RoomRights:
    """What there is to be granted in one room: its name, title, and permissions with their titles."""

    name: str
    title: str
    looks: Mapping[str, str]
    deeds: Mapping[str, str]

    @property
    def pattern(self) -> str:
        """The grant that gives all of it."""
        return f"{self.name}.*"

    @property
    def permissions(self) -> Mapping[str, str]:
        """Everything, looking first."""
        return {**self.looks, **self.deeds}


@dataclass(frozen=True)
class RoomLine:
    """What somebody may do in one room."""

    title: str
    looks: bool
    everything: bool
    deeds: Sequence[str]
    open: int
    """How many deeds there are in all."""


def matrix(rooms: Iterable[RoomRights], rights: Rights) -> list[RoomLine]:
    """Say what somebody may do, room by room."""
    lines = []
    for room in rooms:
        may = [title for permission, title in room.deeds.items() if rights.may(permission)]
        looks = any(rights.may(permission) for permission in room.looks)
        lines.append(RoomLine(room.title, looks, bool(may) and len(may) == len(room.deeds), may, len(room.deeds)))
    return lines


def not_ticked(rooms: Iterable[RoomRights], grants: Iterable[str]) -> list[str]:
    """The grants that no tick box stands for, so that an editor loses none of them."""
    known = {permission for room in rooms for permission in [room.pattern, *room.permissions]}
    return [grant for grant in grants if grant not in known]
