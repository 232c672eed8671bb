"""Running: what every process of ours does that stays up, whether a shop or a hub."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable

log = logging.getLogger("appliance")
LONGEST_REST_S = 300


async def supervised(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Keep a loop going: what breaks is logged and tried again, at growing distances."""
    rest = 1
    while True:
        try:
            await work()
            rest = 1
        # The one place that outlives any error: a loop that died in silence would be worse.
        except Exception:
            log.exception("The loop %s broke and begins again in %s s.", name, rest)
            await asyncio.sleep(rest)
            rest = min(rest * 2, LONGEST_REST_S)


def close_after_stopping() -> None:
    """Let what stands behind uvicorn be reached: it raises a signal that stopped it once more when it has stopped."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
