"""Joining: a box that was never in a shop asks to be let into a chain, with the six digits that the other box shows."""

from collections.abc import Sequence

from appliance.journal import Refusal
from appliance.journal.entry import Unreadable
from appliance.sync.boxes.door import MOST_PAIR, PAIR
from appliance.sync.boxes.keys import BoxKey, Random
from appliance.sync.boxes.letters import SentBack
from appliance.sync.boxes.line import Cut, Reply, ask
from appliance.sync.boxes.pairing import WRONG, Guest, Newcomer, Welcome

MOST_WELCOME = 8 * 1024 * 1024


async def join(
    url: str,
    digits: str,
    key: BoxKey,
    random: Random,
    *,
    version: str = "",
    urls: Sequence[str] = (),
    role: str = "box",
) -> tuple[Welcome, str]:
    """Ask to be let in; returns the welcome and what both screens show. Refuses in words for a person."""
    guest = Guest(digits, random)
    newcomer = Newcomer(
        public=key.public,
        exchange=key.exchange_public,
        version=version,
        urls=[one for one in urls if len(one) < 200],
        role=role,
    )
    try:
        first = await _asked(url, guest.first, MOST_PAIR)
        second = await _asked(url, guest.second(first, newcomer), MOST_WELCOME)
        return guest.welcome(second), guest.sign
    except (SentBack, Unreadable) as error:
        raise _refusal(error.why if isinstance(error, SentBack) else WRONG, url) from error
    except Cut as error:
        raise _refusal(error.why, url) from error


async def _asked(url: str, letter: bytes, most: int) -> bytes:
    reply: Reply = await ask(url, PAIR, letter, most=most)
    if reply.status == 403:
        raise SentBack(reply.body[:20].decode("ascii", "replace"))
    if reply.status != 200:
        raise Cut("nonsense", str(reply.status))
    return reply.body


def _refusal(why: str, url: str) -> Refusal:
    if why == WRONG:
        return Refusal("The code was wrong, and is used up now. Let the other box show a new one.", field="code")
    if why in {"closed", "used", "refused"}:
        return Refusal(
            "No box is being let in there just now. Let the other box show a code, and type it within five minutes.",
            field="code",
        )
    return Refusal("No box of ours answers at {url}. Are both on one network?", url=url, field="url")
