"""A tablet or a phone at the box: a page of the browser that will not overlook anything that is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.browser.boxes import Box

AXE: Final = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text("utf-8")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES: Final = {"phone": (390, 844), "upright": (768, 1024), "tablet": (1180, 820), "desk": (1440, 900)}
WIDTHS: Final = (360, 390, 768, 1024, 1180, 1440)

SIDEWAYS: Final = """() => {
  const wrong = [];
  const page = document.scrollingElement;
  if (page.scrollWidth > page.clientWidth) wrong.push(`the page by ${page.scrollWidth - page.clientWidth}`);
  if (innerWidth >= 720 && document.body.matches(".app") && page.scrollHeight > page.clientHeight) wrong.push(`the page is ${page.scrollHeight - page.clientHeight} longer than the screen`);
  for (const el of document.querySelectorAll(".scroll, .pane, .card, .list-foot, .actbar, .deed, .btn, .tile, .ord-head, .page-head")) {
    if (el.scrollWidth > el.clientWidth + 1 && el.clientWidth && !el.closest(".views, .filters, .bulk") && getComputedStyle(el).textOverflow !== "ellipsis")
      wrong.push(`${el.className} by ${el.scrollWidth - el.clientWidth}: ${el.textContent.trim().replace(/\\s+/g, " ").slice(0, 60)}`);
  }
  return wrong;
}"""
AXE_RUN: Final = """async (rules) => {
  // Rows are all made by the same hand: the first few speak for the rest.
  const found = await axe.run({ exclude: [[".list tbody tr:nth-child(n+6)"]] }, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] });
  return found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + " — " + node.any.concat(node.all, node.none).map((check) => check.message)[0]).join(" | ")}`);
}"""


@dataclass
class Tablet:
    """One browser page with what went wrong on it."""

    box: Box
    context: BrowserContext
    page: Page
    expected: tuple[str, ...] = ()
    """Parts of console lines that belong to the story: a box that is lost cannot be reached."""
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> Tablet:
        self.context.on("request", self._asked)
        self.page.on("pageerror", lambda error: self.wrong.append(f"uncaught: {error}"))
        self.page.on("console", self._said)
        return self

    def _asked(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in {"data", "blob", "about"}:
            return
        if f"{asked.scheme}://{asked.netloc}" != self.box.address:
            self.wrong.append(f"a request left the box: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # A refusal is an answer like any other; the browser counts it as an error.
        refused = message.text.startswith("Failed to load resource") and any(
            f"status of {status}" in message.text for status in (409, 422)
        )
        if message.type in {"error", "warning"} and not refused and not any(p in message.text for p in self.expected):
            self.wrong.append(f"{message.type}: {message.text} ({self.page.url})")

    def nothing_wrong(self) -> None:
        reports = self.box.front.csp_reports if self.box.made else []
        wrong = [*self.wrong, *reports]
        assert not wrong, "\n".join(wrong)

    # ---- what a person does

    def go(self, path: str, status: int = 200) -> Tablet:
        answer = self.page.goto(self.box.address + path)
        assert answer is not None
        assert answer.status == status, f"{path} answers {answer.status}"
        self.ready()
        return self

    def ready(self) -> None:
        """Wait until the page has its scripts and its panels."""
        self.page.wait_for_function("() => window.htmx && !document.querySelector('.panel-in .late')")

    def tap(self, name: str, *, role: Any = None, inside: str = "body", nth: int = 0) -> None:
        """Press what is called so: a button or a link."""
        place = self.page.locator(inside)
        found = place.get_by_role(role, name=name, exact=True) if role else self.called(name, inside)
        found.nth(nth).click()

    def called(self, name: str, inside: str = "body") -> Locator:
        place = self.page.locator(inside)
        either = place.get_by_role("button", name=name, exact=True).or_(
            place.get_by_role("link", name=name, exact=True)
        )
        return either.filter(visible=True)

    def write(self, label: str, text: str, *, inside: str = "body", nth: int = 0) -> None:
        """Type into the field of a label."""
        self.field(label, inside=inside).nth(nth).fill(text)

    def field(self, label: str, *, inside: str = "body") -> Locator:
        return self.page.locator(inside).get_by_label(label).filter(visible=True)

    def choose(self, label: str, option: str, *, inside: str = "body") -> None:
        self.field(label, inside=inside).first.select_option(label=option)

    def find(self, label: str, text: str, *, inside: str = "body", nth: int = 0) -> None:
        """Find a row by typing, and take the first that is offered."""
        box = self.field(label, inside=inside).nth(nth)
        box.click()
        box.press_sequentially(text, delay=10)
        option = self.page.locator(".pick-list:not([hidden]) [role=option][data-value]").first
        option.wait_for()
        option.click()

    def scan(self, code: str) -> None:
        """A scanner types fast, whatever has the focus, and ends with Enter.

        Where the focus stands in a scan field the browser's own keys are used, for its own Enter matters there;
        elsewhere the keys are made in the page, so that a busy machine does not slow the burst to a hand's pace.
        """
        if self.page.evaluate("() => document.activeElement?.matches('input[data-scan]')"):
            self.page.keyboard.type(code)
            self.page.keyboard.press("Enter")
            return
        self.page.evaluate(
            """(code) => { for (const key of [...code, "Enter"]) {
              const to = document.activeElement ?? document.body;
              if (to.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) && key.length === 1 && "value" in to) to.value += key;
            } }""",
            code,
        )

    # ---- what a person sees

    def sees(self, text: str, *, inside: str = "#main") -> None:
        expect(self.page.locator(inside).get_by_text(text).filter(visible=True).first).to_be_visible()

    def toast(self, text: str) -> Locator:
        found = self.page.locator(".toast", has_text=text)
        expect(found.last).to_be_visible()
        return found.last

    def violations(self) -> list[str]:
        """What the rules of accessibility say against this page as it stands."""
        size = self.page.viewport_size or {"width": 1180, "height": 820}
        # A bar that stays at hand covers what is scrolled under it; a tall page shows everything at once.
        self.page.set_viewport_size({"width": size["width"], "height": 2400})
        self.page.evaluate(AXE)
        found: list[str] = self.page.evaluate(AXE_RUN, RULES)
        self.page.set_viewport_size(size)
        return found

    def sideways(self, *widths: int) -> list[str]:
        """What is wider than its place, at each width; the page stays as wide as the last one."""
        wrong = []
        height = (self.page.viewport_size or {"height": 820})["height"]
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": height})
            wrong += [f"at {width} {one}" for one in self.page.evaluate(SIDEWAYS)]
        return wrong
