"""Asking Nominatim and Overpass politely, with OSMnx's settings and OSMnx's cache.

OSMnx's own request functions wait and repeat without an end, and stumble for ever over a cache file that was
cut off; its settings, its cache files and their names are kept.
"""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import suppress
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.atomic import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

OVERPASS_VARIABLE, NOMINATIM_VARIABLE = "WEGEKETTEN_OVERPASS_URL", "WEGEKETTEN_NOMINATIM_URL"
"""Environment variables that go before ``osmnx.settings.overpass_url`` and ``nominatim_url``."""

WAITS_S = (5.0, 15.0, 45.0, 60.0)
"""Pauses before asking again when a server is busy; after the last one we give up."""
LONGEST_WAIT_S = 300.0  # for a slot that the server announces
NOMINATIM_PAUSE_S = 1.0  # usage policy of nominatim.openstreetmap.org: at most one request per second
STATUS_TIMEOUT_S = 20.0

BUSY = {429, 502, 503, 504}


class BusyError(Exception):
    """The server cannot answer now; it may a little later."""

    def __init__(self, why: str, after_s: float = 0.0) -> None:
        super().__init__(why)
        self.after_s = after_s


class TooMuchError(Exception):
    """The server gave up on a question: too much area at once."""


def ask_nominatim(place: str, *, notify: Callable[[str], None] = lambda _: None) -> list[dict[str, Any]]:
    """Places of that name with their outlines, as Nominatim's ``search`` answers.

    Parameters
    ----------
    place
        Free text, such as ``"Dresden, Germany"``.
    notify
        Told in words when there is a pause.

    Returns
    -------
    list of dict
        The likeliest first.

    Raises
    ------
    InputDataError
        There is no network, or the server does not answer properly.
    UsageError
        The server's address, from settings or environment, is none.
    """
    from osmnx import settings

    # the same parameters in the same order as OSMnx: the same cache file
    parameters: dict[str, str | int] = {"format": "json", "polygon_geojson": 1, "dedupe": 0, "limit": 50}
    parameters["q"] = place
    if settings.nominatim_key is not None:
        parameters["key"] = settings.nominatim_key
    url = (os.environ.get(NOMINATIM_VARIABLE) or settings.nominatim_url).rstrip("/") + "/search"

    def pause() -> float:
        return NOMINATIM_PAUSE_S

    answer = _ask("GET", url, parameters, pause, notify)
    if not isinstance(answer, list):
        raise InputDataError(f"{_host(url)}: answered something else than a list of places; try again later")
    return answer


def ask_overpass(query: str, *, notify: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Answer to a query in Overpass QL.

    Parameters
    ----------
    query
        Without the settings in front, which come from ``osmnx.settings``.
    notify
        Told in words when there is a pause.

    Returns
    -------
    dict
        The JSON document.

    Raises
    ------
    TooMuchError
        The server ran out of time or memory over the query.
    InputDataError
        There is no network, or the server does not answer properly.
    UsageError
        The server's address, from settings or environment, is none.
    """
    from osmnx import settings

    base = (os.environ.get(OVERPASS_VARIABLE) or settings.overpass_url).rstrip("/")
    memory = "" if settings.overpass_memory is None else f"[maxsize:{settings.overpass_memory}]"
    front = settings.overpass_settings.format(timeout=settings.requests_timeout, maxsize=memory)

    def pause() -> float:
        return _slot_s(base) if settings.overpass_rate_limit else 0.0

    answer = _ask("POST", base + "/interpreter", {"data": f"{front};{query}"}, pause, notify)
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise InputDataError(f"{_host(base)}: answered something else than map data; try again later")
    return answer


def _ask(
    method: str,
    url: str,
    parameters: Mapping[str, Any],
    pause: Callable[[], float],
    notify: Callable[[str], None],
) -> Any:
    import requests
    from osmnx import settings

    try:
        cache = _cache_file(str(requests.Request("GET", url, params=parameters).prepare().url))
    except requests.RequestException as error:
        raise UsageError(
            f"{url}: is no address of a server ({_reason(error)}); it starts with https://"
        ) from error
    kept = _kept(cache)
    if kept is not None:
        return kept
    host = _host(url)
    problem = ""
    for wait_s in (*WAITS_S, None):
        try:
            _wait(pause(), f"{host}: waiting for a free slot", notify)
            answer = _request(method, url, parameters, settings)
        except BusyError as busy:
            problem = str(busy)
            if wait_s is not None:
                _wait(max(wait_s, busy.after_s), f"{host}: {problem}", notify)
            continue
        except (requests.ConnectionError, requests.Timeout) as error:
            raise InputDataError(
                f"{host}: cannot be reached ({_reason(error)}); check the network, "
                "or give an extract you already have to wegeketten build"
            ) from error
        except requests.RequestException as error:
            raise InputDataError(f"{host}: cannot be asked ({_reason(error)})") from error
        if settings.use_cache:
            _keep(cache, answer)
        return answer
    raise InputDataError(f"{host}: {problem}, {len(WAITS_S) + 1} times in a row; try again later")


def _request(method: str, url: str, parameters: Mapping[str, Any], settings: Any) -> Any:
    """One request; the answer as JSON, without a remark that something went wrong."""
    import requests

    where: dict[str, Any] = {"params": parameters} if method == "GET" else {"data": parameters}
    headers = {
        "User-Agent": settings.http_user_agent,
        "referer": settings.http_referer,
        "Accept-Language": settings.http_accept_language,
    }
    try:
        response = requests.request(
            method,
            url,
            headers=headers,
            timeout=settings.requests_timeout,
            **where,
            **settings.requests_kwargs,
        )
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
        raise BusyError("the answer broke off") from error
    if response.status_code in BUSY:
        raise BusyError(_busy_words(response.status_code), _retry_after_s(response))
    if not response.ok:
        raise InputDataError(f"{_host(url)}: refused ({response.status_code} {_words(response.text)})")
    try:
        answer = response.json()
    except requests.exceptions.JSONDecodeError as error:
        raise BusyError("the answer was cut off or is no JSON") from error
    remark = answer.get("remark", "") if isinstance(answer, dict) else ""
    if "timed out" in remark or "out of memory" in remark:
        raise TooMuchError(_words(remark))
    if "error" in remark:
        raise BusyError(_words(remark))
    return answer


def _slot_s(base: str) -> float:
    """Seconds until Overpass has a slot for us, by its status page; 0 where it does not say."""
    import requests
    from osmnx import settings

    try:
        status = requests.get(
            base + "/status",
            headers={"User-Agent": settings.http_user_agent, "referer": settings.http_referer},
            timeout=min(settings.requests_timeout, STATUS_TIMEOUT_S),
            **settings.requests_kwargs,
        )
    except requests.Timeout:
        return WAITS_S[0]
    if not status.ok or re.search(r"\d+ slots? available now", status.text):
        return 0.0
    announced = [float(seconds) for seconds in re.findall(r"in (-?\d+) seconds", status.text)]
    return min(max(min(announced, default=0.0), 0.0), LONGEST_WAIT_S)


def _wait(seconds: float, why: str, notify: Callable[[str], None]) -> None:
    if seconds > 0:
        notify(why)
        time.sleep(seconds)


def _cache_file(url: str) -> Path:
    """File in which OSMnx keeps the answer to a request."""
    from osmnx import settings

    return Path(settings.cache_folder) / f"{sha1(url.encode(), usedforsecurity=False).hexdigest()}.json"


def _kept(cache: Path) -> Any:
    """The answer in the cache; None where there is none or it is damaged."""
    from osmnx import settings

    if not (settings.use_cache and cache.is_file()):
        return None
    try:
        return json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # asked again, and written over


def _keep(cache: Path, answer: Any) -> None:
    """Put an answer into the cache, whole or not at all; a folder that cannot be written means no cache."""
    with suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(cache) as temporary:
            temporary.write_text(json.dumps(answer), encoding="utf-8")


def _busy_words(status: int) -> str:
    return "too many requests" if status == 429 else f"too busy to answer ({status})"


def _retry_after_s(response: requests.Response) -> float:
    """Seconds the server asks us to wait; 0 where it does not, or gives a date."""
    stated = response.headers.get("Retry-After", "")
    return min(float(stated), LONGEST_WAIT_S) if stated.isdigit() else 0.0


def _host(url: str) -> str:
    return re.sub(r"^\w+://", "", url).split("/", 1)[0]


def _words(text: str) -> str:
    """The first words of a server's answer, without markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:160]


def _reason(error: BaseException) -> str:
    """The innermost cause, which is the one that helps."""
    text = str(error)
    for marker in ("NameResolutionError", "Name or service not known", "Failed to resolve"):
        if marker in text:
            return "name not found"
    if "refused" in text:
        return "connection refused"
    if "timed out" in text or "Timeout" in type(error).__name__:
        return "no answer in time"
    return type(error).__name__
