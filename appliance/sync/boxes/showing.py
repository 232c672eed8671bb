"""Showing: what two boxes say of pictures after a talk, as questions and answers; no sockets here either."""

from appliance.journal.entry import pack
from appliance.sync.boxes.messages import Lacking, Offer, Show, Shown, read_answer
from appliance.sync.boxes.swap import Swap


class Seeing:
    """Fetch the pictures that this box's records show and the other has."""

    def __init__(self, swap: Swap, tried: set[str]) -> None:
        self._swap = swap
        self._tried = tried
        """What was asked of this box before; it is not asked for the same again."""
        self._asked: list[str] = []

    def next(self) -> bytes | None:
        """The next question; None when there is nothing to ask for."""
        pictures = self._swap.pictures
        self._asked = pictures.missing(self._tried) if pictures else []
        return pack(Show(names=self._asked, **self._swap.told())) if self._asked else None

    def go_on(self, raw: bytes) -> bytes | None:
        """Take an answer in; returns the next question, or None. Raises `Unreadable` for what is no answer."""
        answer = read_answer(raw)
        if not isinstance(answer, Shown) or self._swap.pictures is None:
            return None
        # What did not come now may not have fitted; only an answer without anything is a no to all.
        kept = self._swap.pictures.keep(self._asked, answer.given)
        if not kept:
            self._tried.update(self._asked)
        return self.next()


class Showing:
    """Tell a hub which pictures are here, and bring it those that it lacks."""

    def __init__(self, swap: Swap, told: set[str]) -> None:
        self._swap = swap
        self._told = told
        """What this hub has, as it said."""
        self._offered: list[str] = []

    def next(self) -> bytes | None:
        """The next question; None when it has been told of everything."""
        pictures = self._swap.pictures
        self._offered = pictures.held(self._told) if pictures else []
        return self._question([])

    def _question(self, given: list[bytes]) -> bytes | None:
        if not self._offered and not given:
            return None
        return pack(Offer(names=self._offered, given=given, **self._swap.told()))

    def go_on(self, raw: bytes) -> bytes | None:
        """Take an answer in; returns the next question, or None. Raises `Unreadable` for what is no answer."""
        answer, pictures = read_answer(raw), self._swap.pictures
        if not isinstance(answer, Lacking) or pictures is None:
            return None
        lacking = [name for name in answer.names if name in self._offered]
        self._told.update(set(self._offered) - set(lacking))
        given = pictures.give(lacking)
        if lacking and not given:
            # They went away meanwhile; nobody is asked for ever.
            self._told.update(lacking)
        return self._question(given) if given else self.next()
