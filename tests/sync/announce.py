"""One box's announcement as a process, for tests that need several machines: what it hears it prints as lines."""

import asyncio
import signal
import sys

from appliance.sync.boxes.near import Announced, Heard, Near


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


async def main(box: str, title: str) -> None:
    def heard(found: Heard) -> None:
        say("heard", found.id, found.title, *found.urls)

    near = Near(Announced(bytes.fromhex(box), b"root", title, 8000, "0.3.0"), heard=heard)
    task = asyncio.ensure_future(near.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        say("said goodbye")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
