"""The guard at the door: where a request may come from, and what a browser is told never to do."""

import hmac
from typing import Any

from litestar.types import Message, Scope

from appliance.web.answer import WebRequest
from appliance.web.visit import Visit

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "report-uri /csp-report",
    )
)
HEADERS: dict[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "private, no-cache",
}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_NAMES = frozenset(name for name, _ in _RAW)


async def add_headers(message: Message, scope: Scope) -> None:
    """Add the house's headers to every answer, errors too; an answer's own word on caching stands."""
    if message["type"] != "http.response.start":
        return
    headers = list(message.get("headers", ()))
    given = {name for name, _ in headers}
    headers += _RAW if given.isdisjoint(_NAMES) else [pair for pair in _RAW if pair[0] not in given]
    request_id = scope.get("state", {}).get("request_id")
    if request_id:
        headers.append((b"x-request-id", str(request_id).encode()))
    message["headers"] = headers


class Forged(Exception):
    """A form that did not come from a page of ours."""


def same_origin(request: WebRequest) -> None:
    """Go on only with a request that a page of this box sent.

    Every browser we serve tells where a POST comes from, by one header or the other; who tells neither is no browser.
    """
    site, origin = request.header("sec-fetch-site"), request.header("origin")
    if site not in {"", "same-origin", "none"}:
        raise Forged
    if origin and origin.partition("://")[2] != request.header("host"):
        raise Forged
    if not site and not origin:
        raise Forged


def own_form(visit: Visit, form: dict[str, Any]) -> None:
    """Go on only with a form that was shown in this session."""
    same_origin(visit.request)
    given = (form.get("token") or [visit.request.header("x-token")])[-1]
    if not hmac.compare_digest(str(given).encode(), visit.token.encode()):
        raise Forged
