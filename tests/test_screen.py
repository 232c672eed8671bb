"""A demo shop shows itself on the machine's own screen, and never troubles a machine that has none."""

import socket
from pathlib import Path

from appliance.screen import show_when_open
from tests.patience import PATIENCE_S, until


def desktop(folder: Path) -> dict[str, str]:
    """A desktop whose browser only writes down what it was asked to open."""
    opener = folder / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" > {folder}/opened.new && mv {folder}/opened.new {folder}/opened\n')
    opener.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "DISPLAY": ":0"}


def test_the_browser_opens_once_the_shop_answers(tmp_path: Path):
    with socket.socket() as shop:
        shop.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{shop.getsockname()[1]}/enrol?code=12345678"
        waiting = show_when_open(address, desktop(tmp_path))
        assert waiting is not None
        assert not (tmp_path / "opened").exists()
        shop.listen()
        waiting.join(PATIENCE_S)
        until((tmp_path / "opened").exists, "the browser")
    assert (tmp_path / "opened").read_text().strip() == address


def test_without_a_screen_or_a_desktop_nothing_is_opened(tmp_path: Path):
    there = desktop(tmp_path)
    assert show_when_open("http://127.0.0.1:9/", there | {"DISPLAY": ""}) is None
    assert show_when_open("http://127.0.0.1:9/", {"PATH": str(tmp_path / "nowhere"), "DISPLAY": ":0"}) is None
