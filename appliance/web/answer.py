"""What is asked and what is answered, as it lies on the wire: the framework's own costs as much as a small page."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Headers
from litestar.types import ASGIApp, Receive, Scope, Send

BODILESS = frozenset({204, 304})


class WebRequest(Request[Any, Any, Any]):
    """A request to the house."""

    @cached_property
    def _given(self) -> dict[bytes, bytes]:
        return dict(self.scope["headers"])

    def header(self, name: str) -> str:
        """What a header says, "" where it was not sent; of several with one name the last counts."""
        return self._given.get(name.encode(), b"").decode("latin-1")

    @cached_property
    def headers(self) -> Headers:
        """All headers, for whatever of the framework asks for one; it would make them anew each time."""
        return Headers.from_scope(self.scope)

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies by name."""
        told = [one.partition("=") for one in self.header("cookie").split(";")]
        return {name.strip(): value.strip() for name, _, value in told}


class Answer(Response[Any]):
    """What the house says to a request: a text, bytes as they are, or nothing but a status and headers."""

    def __init__(
        self,
        content: str | bytes | None,
        *,
        status_code: int = 200,
        media_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.content = content
        self.status_code = status_code
        self.media_type = media_type
        self.headers = dict(headers or {})
        self.encoding = "utf-8"
        self.cookies = []
        self.background = None
        self.response_type_encoders = {}

    def to_asgi_response(self, *_of: Any, **_route: Any) -> ASGIApp:  # type: ignore[override]
        """Return what sends it; nothing that a route could preset is used in this house."""
        content = self.content
        body = content.encode() if isinstance(content, str) else content or b""
        start = {"type": "http.response.start", "status": self.status_code, "headers": list(self._told(len(body)))}

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            del scope, receive
            await send(start)  # type: ignore[arg-type]
            await send({"type": "http.response.body", "body": body, "more_body": False})

        return answer

    def _told(self, length: int) -> Iterable[tuple[bytes, bytes]]:
        for name, value in self.headers.items():
            yield name.lower().encode(), value.encode("latin-1")
        if self.status_code not in BODILESS:
            if kind := self.media_type:
                bare = kind.startswith("text/") and "charset" not in kind
                yield b"content-type", (f"{kind}; charset=utf-8" if bare else kind).encode()
            yield b"content-length", str(length).encode()
        for cookie in self.cookies:
            yield cookie.to_encoded_header()
