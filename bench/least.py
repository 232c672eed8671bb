"""The least Litestar application: one page of words on the same server. `python bench/least.py PORT`."""

import sys

import uvicorn
from litestar import Litestar, MediaType, get


@get("/sign-in", media_type=MediaType.HTML, sync_to_thread=False)
def page() -> str:
    """Answer with a page."""
    return "<!doctype html><title>Here</title>"


if __name__ == "__main__":
    uvicorn.run(
        Litestar([page], openapi_config=None, logging_config=None), host="127.0.0.1", port=int(sys.argv[1]),
        loop="uvloop", http="httptools", log_level="error", access_log=False,
    )  # fmt: skip
