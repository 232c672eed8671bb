"""What a line was told to do: one thing after the other, and what jumps the queue."""

from collections import deque

from appliance.hardware.line import (
    Answer,
    Command,
    Dial,
    Done,
    Failed,
    HangUp,
    Play,
    Record,
    Reject,
    Restart,
    SendDtmf,
    SetGain,
    StopPlaying,
    StopRecording,
)
from appliance.hardware.modem import speaking, starting
from appliance.hardware.modem.dialogue import Script
from appliance.hardware.modem.session import Session

MOST = 32


class Commands:
    """The commands of one line that are not done yet."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.restart = False
        """The modem is to be made ready from the beginning."""
        self._queue: deque[Command] = deque()
        self._doing: Command | None = None
        self._ending: list[Command] = []

    def do(self, command: Command) -> None:
        """Take a command."""
        session = self.session
        if isinstance(command, Restart):
            self.restart = True
            self._done(command)
        elif not session.ready:
            self._failed(command, "no_device")
        elif isinstance(command, HangUp):
            self._hang_up(command)
        elif isinstance(command, StopPlaying):
            session.hush = isinstance(self._doing, Play)
            self._withdraw(Play)
            self._done(command)
        elif isinstance(command, StopRecording):
            session.cut = isinstance(self._doing, Record)
            self._withdraw(Record)
            self._done(command)
        elif len(self._queue) >= MOST:
            self._failed(command, "dropped")
        else:
            self._queue.append(command)

    @property
    def waiting(self) -> bool:
        """Whether there is something to do."""
        return bool(self._queue)

    def next(self) -> Script | None:
        """Return the conversation for the next command, None when there is none."""
        return self._carry_out(self._queue.popleft()) if self._queue else None

    def ended(self) -> None:
        """The call is over, and with it what waited for it."""
        for command in self._ending:
            self._done(command)
        self._ending.clear()
        self._withdraw(Play, Record, SendDtmf, why="no_call")

    def lost(self) -> None:
        """The device is gone."""
        doing = [self._doing] if self._doing else []
        self._doing = None
        for command in (*doing, *self._ending, *self._queue):
            self._failed(command, "no_device")
        self._ending.clear()
        self._queue.clear()

    def _hang_up(self, command: Command) -> None:
        session = self.session
        if not session.off_hook and not isinstance(self._doing, Answer | Dial | Record):
            self._failed(command, "no_call")
            return
        session.ending = True
        self._ending.append(command)
        self._withdraw(Answer, Dial, Play, Record, SendDtmf, Reject)

    def _withdraw(self, *kinds: type, why: str = "dropped") -> None:
        for command in [one for one in self._queue if isinstance(one, kinds)]:
            self._queue.remove(command)
            self._failed(command, why)

    def _carry_out(self, command: Command) -> Script:
        self._doing = command
        self.session.hush = self.session.cut = False
        why = yield from self._script(command)
        self._doing = None
        if why:
            self._failed(command, why)
            if isinstance(command, Answer | Dial):
                # What was meant for this call must not be done to another, or to a line on which nobody is.
                self._withdraw(Play, Record, SendDtmf, why="no_call")
        else:
            self._done(command)

    def _script(self, command: Command) -> Script:
        session = self.session
        match command:
            case Answer():
                return speaking.answer(session)
            case Reject():
                return speaking.reject(session)
            case Dial():
                return speaking.dial(session, command)
            case Play():
                return speaking.play(session, command.pcm)
            case Record():
                return speaking.record(session, command)
            case SendDtmf():
                return speaking.send_keys(session, command.keys)
            case SetGain():
                session.hear, session.speak = command.hear, command.speak
                return speaking.set_gain(session)
            case _:
                return starting.check(session)

    def _done(self, command: Command) -> None:
        self.session.teller.tell(Done, command=command)

    def _failed(self, command: Command, why: str) -> None:
        self.session.teller.tell(Failed, command=command, why=why)
