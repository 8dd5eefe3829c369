"""Listening on this machine only, until a signal ends it."""

from __future__ import annotations

import errno
import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from wegeketten.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wegeketten.city import City
    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile

ADDRESS = "127.0.0.1"
STOP_S = 5
"""How long answers under way may take once the service is to end."""


def need_extra() -> None:
    """Make sure that FastAPI and uvicorn are there.

    Raises
    ------
    MissingExtraError
        They are not installed.
    """
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise MissingExtraError("serve needs FastAPI and uvicorn: pip install 'wegeketten[serve]'")


def listen(port: int) -> socket.socket:
    """A socket on this machine's own address.

    Parameters
    ----------
    port
        0 for any that is free.

    Returns
    -------
    socket.socket
        It listens already.

    Raises
    ------
    UsageError
        The port is no port, is in use, or needs other rights.
    """
    if not 0 <= port <= 65535:
        raise UsageError(f"--port {port}: give a number from 1 to 65535, or 0 for any free one")
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((ADDRESS, port))
        door.listen(128)
    except OSError as error:
        door.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"--port {port}: in use by another program; give another, or 0 for any free one"
            ) from None
        raise UsageError(f"--port {port}: cannot be used ({error.strerror}); give another") from None
    return door


def run(
    city: City,
    door: socket.socket,
    *,
    profiles: Sequence[str | Profile] = (),
    origins: Sequence[str] = (),
    progress: Progress | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Answer requests until a signal ends it; then answers under way are finished.

    Parameters
    ----------
    city
        A built city.
    door
        Of `listen`.
    profiles, origins
        As for `wegeketten.serve.app`.
    progress
        Called with words and the share done while tables are loaded.
    ready
        Called with the address once requests are answered.

    Raises
    ------
    UsageError
        A profile does not exist.
    """
    import uvicorn

    from wegeketten.serve.application import make_app
    from wegeketten.serve.desk import Desk

    desk = Desk.of(city, profiles)
    desk.warm_up(progress)
    config = uvicorn.Config(
        make_app(desk, origins), log_level="critical", access_log=False, server_header=False,
        timeout_graceful_shutdown=STOP_S, timeout_keep_alive=30, ws="none", lifespan="off",
    )  # fmt: skip

    class Server(uvicorn.Server):
        """Says when it is ready."""

        async def startup(self, *arguments: Any, **options: Any) -> None:
            await super().startup(*arguments, **options)
            if ready is not None:
                ready(f"http://{ADDRESS}:{door.getsockname()[1]}")

    Server(config).run(sockets=[door])
