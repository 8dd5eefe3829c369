"""Until when long work goes on: so many seconds, or until somebody asks it to come to an end."""

from __future__ import annotations

import time


class DeadlinePassedError(Exception):
    """Raised by `Deadline.check`, and caught where there is something to hand over without the rest."""


class Deadline:
    """Asked by long work at places where it could stop and hand over what it has, whole.

    Parameters
    ----------
    seconds
        How long from now on; for ever where None.

    Examples
    --------
    >>> deadline = Deadline()
    >>> deadline.passed
    False
    >>> deadline.stop()
    >>> deadline.passed
    True
    >>> Deadline(0).passed
    True
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds
        self._stopped = False

    def stop(self) -> None:
        """From now on the deadline has passed."""
        self._stopped = True

    @property
    def passed(self) -> bool:
        """Whether work should come to an end; once true it stays so."""
        self._stopped = self._stopped or (self._end is not None and time.monotonic() >= self._end)
        return self._stopped

    def check(self) -> None:
        """Do nothing before the deadline.

        Raises
        ------
        DeadlinePassedError
            It has passed.
        """
        if self.passed:
            raise DeadlinePassedError

    @property
    def left_s(self) -> float | None:
        """Seconds left, None where nobody said how many there are."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())
