"""Notes: slips of paper, one's own or everybody's, alone or pinned to an order, a customer, a call."""

from typing import Annotated

from appliance.journal import Desk, Hint, Id, Label, Limit, Refusal, Text, Words, action, derive
from appliance.shop.office.pinning import check_about
from appliance.shop.office.records import Note, NoteColour, NoteHeard, NoteId
from appliance.shop.staff import EmployeeId

NoteText = Annotated[Words, Label("What to write down"), Limit(max=2_000)]
Shared = Annotated[bool, Label("Everybody may read it"), Hint("Otherwise it is for your own eyes.")]
Mentions = Annotated[list[EmployeeId], Label("Tell these people")]


@action("Write a note", undo="office.remove_note")
def write_note(
    desk: Desk,
    *,
    text: NoteText,
    shared: Shared = False,
    pinned: Annotated[bool, Label("Keep it on top")] = False,
    colour: NoteColour = "plain",
    mentions: Mentions | None = None,
    about: Id = "",
    about_kind: Text = "",
) -> str:
    """Text only; it travels to the other boxes of the branch. What is pinned to something stands on its page."""
    check_about(desk, about, about_kind)
    note = desk.put(
        Note(
            text=_checked(text), author=desk.who, shared=shared or bool(mentions), pinned=pinned, colour=colour,
            mentions=mentions or [], about=about, about_kind=about_kind,
        )
    )  # fmt: skip
    if about:
        desk.about(about)
    return note


@action("Change the note")
def change_note(
    desk: Desk,
    *,
    note: NoteId,
    text: NoteText,
    shared: Shared = False,
    pinned: Annotated[bool, Label("Keep it on top")] = False,
    colour: NoteColour = "plain",
    mentions: Mentions | None = None,
) -> None:
    """What is for everybody may be corrected by everybody; what is for one's own eyes only by oneself."""
    readable(desk, note)
    desk.change(
        Note, note, text=_checked(text), shared=shared or bool(mentions), pinned=pinned, colour=colour,
        mentions=mentions or [],
    )  # fmt: skip


@action("Keep on top", undo="office.unpin_note")
def pin_note(desk: Desk, *, note: NoteId) -> None:
    """It stands before all others."""
    readable(desk, note)
    desk.change(Note, note, pinned=True)


@action("No longer on top", undo="office.pin_note")
def unpin_note(desk: Desk, *, note: NoteId) -> None:
    """It stands among the others by its age."""
    readable(desk, note)
    desk.change(Note, note, pinned=False)


@action("Throw the note away", undo="office.restore_note")
def remove_note(desk: Desk, *, note: NoteId) -> None:
    """It can be brought back for a moment."""
    readable(desk, note)
    desk.remove(Note, note)


@action("Bring the note back")
def restore_note(desk: Desk, *, note: NoteId) -> None:
    """It is there again, as it was."""
    found = desk.find(Note, note)
    if found is None or not _mine(desk, found):
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    desk.restore(Note, note)


@action("I have read it")
def hear_note(desk: Desk, *, note: NoteId) -> None:
    """It does not wait for you any more."""
    if desk.who not in readable(desk, note).mentions:
        raise Refusal("This note does not wait for you.")
    desk.add(NoteHeard(id=derive("note_heard", note, desk.who), note=note, employee=desk.who))


def readable(desk: Desk, note: str) -> Note:
    """Return a note; somebody else's own note is as if it were not there."""
    found = desk.get(Note, note)
    if not _mine(desk, found):
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    return found


def _mine(desk: Desk, note: Note) -> bool:
    return note.shared or note.author == desk.who


def _checked(text: str) -> str:
    if not text.strip():
        raise Refusal("Write something.", field="text")
    return text.strip()
