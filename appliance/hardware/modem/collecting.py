"""Collecting the lines of a report until it says who calls (spec/modem.md 1 decisions 1-2, 3.2).

A report has no end mark. It is told when number and name are there, or a moment after the number when no name comes;
what still arrives is told as a correction. Half a second of quiet, a ring or a second date closes it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from appliance.hardware.line import Clock
from appliance.hardware.modem.packet import Tags
from appliance.hardware.modem.report import Report, Told, read_line

NAME_GRACE_MS = 120
"""A modem prints a report in one go: so long after its last byte a card without a name is shown."""
END_MS = 500
STUCK_MS = 1_000
"""So long a line may stand unfinished; then it is read as it is, and a number in it is doubtful."""


@dataclass
class Collecting:
    """The report that is being printed, if one is."""

    clock: Clock
    told: Callable[[Report, Told], None]
    """Called with what a report says, once and after each change."""
    lamp: Callable[[bool, int], None]
    unfinished: Callable[[], bytes]
    """The beginning of a line that the modem has not ended."""
    give_up: Callable[[], bytes]
    gbk: bool = True
    report: Report | None = None
    _shown: Told | None = None
    _stirred_ms: int = 0
    _looked: bool = True

    @property
    def next_ms(self) -> int | None:
        """When `tick` has something to do next."""
        if self.unfinished() and not self._looked:
            return self._stirred_ms + STUCK_MS
        if not self.report:
            return None
        return self._stirred_ms + (END_MS if self._shown or not self.report.names_caller else NAME_GRACE_MS)

    def stir(self) -> None:
        """Bytes came, whatever they are."""
        self._stirred_ms = self.clock.ticks_ms()
        self._looked = False

    def tick(self) -> None:
        """Tell or close what has been quiet long enough."""
        quiet = self.clock.ticks_ms() - self._stirred_ms
        if self.unfinished() and not self._looked:
            if quiet >= STUCK_MS:
                self._stuck(self.unfinished())
            return
        if not self.report or quiet < NAME_GRACE_MS:
            return
        if self.report.names_caller:
            self._show(self.report)
        if quiet >= END_MS:
            self.close()

    def take(self, tags: Tags, raw: bytes, *, checksum_ok: bool | None = None, harmed: bool = False) -> None:
        """Take the tags of one line."""
        for tag, value in tags:
            if self.report and tag == "DATE" and "DATE" in self.report.tags:
                self.close()
            if not self.report:
                self.report, self._shown = Report(gbk=self.gbk), None
            self.report.add(tag, value)
        if not self.report:
            return
        self.report.raw += raw + b"\r\n"
        self.report.harmed = self.report.harmed or harmed or checksum_ok is False
        self.report.checksum_ok = checksum_ok
        if self.report.complete or (self._shown and self.report.names_caller):
            self._show(self.report)

    def noise(self, raw: bytes) -> None:
        """Take a line that nobody can read: inside a report it casts doubt on the number."""
        if self.report and not self._shown:
            self.report.raw += raw + b"\r\n"
            self.report.harmed = True

    def close(self) -> None:
        """The report is over: tell what it says, if that was not done."""
        report, self.report = self.report, None
        if not report:
            return
        if report.lamp:
            self.lamp(*report.lamp)
        elif report.tags.keys() - {"CIDM", "CID", "CALLING MSG", "END MSG"}:
            self._show(report)

    def _stuck(self, line: bytes) -> None:
        """A line has no end: what of a report stands in it is read, and a number in it is doubtful."""
        self._looked = True
        tags = read_line(line)
        if tags:
            self.give_up()
        if any(tag in {"NMBR", "DDN"} for tag, _ in tags):
            self.take(tags, line, harmed=True)
        self.close()

    def _show(self, report: Report) -> None:
        told = report.told()
        if told != self._shown:
            self._shown = told
            self.told(report, told)
