"""Files with a paper: what a phone photographed or a partner sent, kept beside what it proves.

What a file is follows from its first bytes, never from its name. A picture is made anew, so that it can be read and
nothing of the phone (place, owner) stays in it; a PDF is kept byte by byte and only ever handed out to be saved.
"""

from typing import Annotated, Final

from appliance.journal import Blob, Desk, Hint, Id, Label, Limit, Refusal, Text, action
from appliance.shop.catalog import keep_sheet
from appliance.shop.office.pinning import check_about
from appliance.shop.office.records import Attachment, AttachmentId

MB: Final = 1 << 20
MOST_PDF: Final = 4 * MB
MOST_FILES: Final = 20
PDF: Final = b"%PDF-"

FileName = Annotated[Text, Label("What it is"), Hint("Receipt, contract, photograph of the damage."), Limit(max=80)]


@action("Attach a file")
def attach(
    desk: Desk,
    *,
    file: Annotated[Blob, Label("File"), Hint("A picture, or a PDF of at most 4 MB.")],
    about: Id,
    about_kind: Text,
    name: FileName = "",
) -> str:
    """Kept on this box and on the other boxes of the branch."""
    check_about(desk, about, about_kind)
    if not about:
        raise Refusal("What this is about is not here any more.", field="about", code="missing")
    there = desk.value("select count(*) from attachment where about = ? and deleted = 0", about)
    if there >= MOST_FILES:
        raise Refusal("At most {most} files. Take one away first.", field="file", code="many", most=MOST_FILES)
    path = desk.journal.blobs.path(file)
    if not path.is_file():
        raise Refusal("The file did not arrive. Choose it again.", field="file", code="missing")
    content = path.read_bytes()
    kept, thumb = (_pdf(desk, content), "") if content.startswith(PDF) else keep_sheet(desk, content, field="file")
    size = desk.journal.blobs.path(kept).stat().st_size
    made = desk.put(
        Attachment(
            name=name.strip(), file=kept, thumb=thumb, size=size, author=desk.who, about=about, about_kind=about_kind
        )
    )
    desk.about(about)
    return made


def _pdf(desk: Desk, content: bytes) -> str:
    if len(content) > MOST_PDF:
        raise Refusal("A PDF has at most {most} MB.", field="file", code="large", most=MOST_PDF // MB)
    return desk.keep(content)


@action("Take the file away", confirm="It goes for good, on every box. That it was here stays in the history.")
def remove_file(desk: Desk, *, attachment: AttachmentId) -> None:
    """What it showed is forgotten; the night lets go of the file."""
    found = desk.get(Attachment, attachment)
    desk.erase(attachment)
    desk.about(found.about)
