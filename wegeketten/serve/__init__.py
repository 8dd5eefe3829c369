"""A local web service for one city, which openrouteservice's clients can ask; `app` makes it.

>>> import wegeketten as wk
>>> wk.serve.app(wk.open("city"), profiles=["wheelchair"])  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.city import City
    from wegeketten.people.profile import Profile


def app(city: City, *, profiles: Sequence[str | Profile] = (), origins: Sequence[str] = ()) -> Any:
    """The service as an ASGI application, for a server or a test of your own.

    Parameters
    ----------
    city
        A built city. Nothing is written into its folder.
    profiles
        Ids, paths of TOML files or profiles; all shipped ones where empty.
    origins
        Web pages that may read answers in a browser, such as ``https://maps.example``; none where empty.

    Returns
    -------
    FastAPI
        It answers requests whose Host is this machine (``localhost``, ``127.0.0.1``, ``[::1]``) only. Nothing
        is loaded ahead: the first request for each profile waits for its tables.

    Raises
    ------
    MissingExtraError
        FastAPI is not installed.
    UsageError
        A profile does not exist.
    """
    from wegeketten.serve.desk import Desk
    from wegeketten.serve.loopback import need_extra

    need_extra()
    from wegeketten.serve.application import make_app

    return make_app(Desk.of(city, profiles), origins)
