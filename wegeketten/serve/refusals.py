"""What the service does not do, said as openrouteservice says it: a status, a number and plain words."""

from __future__ import annotations

from typing import Any

from wegeketten.errors import UsageError
from wegeketten.version import VERSION

DIRECTIONS, ISOCHRONES, MATRIX, EXPORT, SNAP, WHAT_IF = 2000, 3000, 6000, 7000, 8000, 9000
"""First numbers of the services, as openrouteservice counts them; what-if is our own."""

UNREADABLE, MISSING, FORM, VALUE, TOO_MUCH = 0, 1, 2, 3, 4
"""What is wrong with a request, added to the service's number."""

NO_WAY, NO_POINT, NO_AREA = 2009, 2010, 3099


class RefusedError(UsageError):
    """A request that cannot be answered.

    Attributes
    ----------
    status
        HTTP status, 400 to 499.
    code
        Number in openrouteservice's list.
    """

    def __init__(self, message: str, code: int, status: int = 400) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def error_body(message: str, code: int) -> dict[str, Any]:
    """An error in the form that openrouteservice's clients read.

    Parameters
    ----------
    message
        What is wrong.
    code
        Number of the error.

    Returns
    -------
    dict
        A JSON object.

    Examples
    --------
    >>> error_body("locations: is missing", 6001)["error"]
    {'code': 6001, 'message': 'locations: is missing'}
    """
    return {"error": {"code": code, "message": message}, "info": {"engine": {"version": VERSION}}}
