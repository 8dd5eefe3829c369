"""Who may ask, and how much at once: checked before a request is read.

Other machines cannot reach the service: it listens on this one only. Web pages could, through the browser of
whoever runs it. So a request must name this machine as its host (a page that has its own name point here does
not), must not come from a page that is not allowed to read, and its body must be JSON, which no page can send
elsewhere unasked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wegeketten.serve.fields import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]
    App = Callable[[Any, Any, Any], Awaitable[None]]
    Refuse = Callable[[Any, str, int], Any]

LOCAL = ("localhost", "127.0.0.1", "::1")
"""Names of this machine."""


class Guard:
    """ASGI middleware that refuses foreign and oversized requests.

    Parameters
    ----------
    app
        What answers the rest.
    refuse
        Makes the answer to a refused request from its scope, a message and a status.
    origins
        Web pages that may ask.
    """

    def __init__(self, app: App, refuse: Refuse, origins: Sequence[str] = ()) -> None:
        self.app, self.refuse, self.origins = app, refuse, tuple(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        refusal = self._foreign(headers) or _unfit(scope["method"], headers)
        if refusal is None and scope["method"] == "POST":
            body = await _read(receive)
            if body is None:
                refusal = f"the body is larger than {MOST_BYTES} bytes", 413
            else:
                receive = _again(body)
        if refusal is not None:
            await self.refuse(scope, *refusal)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _foreign(self, headers: dict[str, str]) -> tuple[str, int] | None:
        if not is_local(headers.get("host", "")):
            return "the host of a request must be localhost, 127.0.0.1 or [::1]", 403
        origin = headers.get("origin")
        if origin is not None and origin not in self.origins and not is_local_page(origin, headers["host"]):
            return "web pages may not ask; start the service with --allow-origin to let one", 403
        return None


def is_local(host: str) -> bool:
    """Whether the Host of a request names this machine.

    Parameters
    ----------
    host
        Value of the header.

    Returns
    -------
    bool
        Whether to answer.

    Examples
    --------
    >>> [is_local(host) for host in ("localhost:8080", "127.0.0.1", "[::1]:80", "evil.example", "")]
    [True, True, True, False, False]
    """
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname in LOCAL and (parts.port or 1) > 0 and not parts.path and "@" not in host
    except ValueError:
        return False


def is_local_page(origin: str, host: str) -> bool:
    """Whether a page was served by this very service.

    Parameters
    ----------
    origin
        Value of the header ``Origin``.
    host
        Value of the header ``Host``.

    Returns
    -------
    bool
        Whether to answer.

    Examples
    --------
    >>> is_local_page("http://localhost:8080", "localhost:8080"), is_local_page("null", "localhost:8080")
    (True, False)
    """
    return origin.casefold() == f"http://{host}".casefold()


def _unfit(method: str, headers: dict[str, str]) -> tuple[str, int] | None:
    if method != "POST":
        return None
    kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/json":
        return "the body of a request must be JSON: Content-Type application/json", 415
    length = headers.get("content-length", "0")
    if not length.isdigit() or len(length) > 12 or int(length) > MOST_BYTES:
        return f"the body is larger than {MOST_BYTES} bytes", 413
    return None


async def _read(receive: Receive) -> bytes | None:
    """The body of a request; None where it is too large."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = bool(message.get("more_body"))
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _again(body: bytes) -> Receive:
    """Hand out a body that has been read."""
    told = False

    async def receive() -> dict[str, Any]:
        nonlocal told
        if told:
            return {"type": "http.disconnect"}
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
