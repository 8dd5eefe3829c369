"""What can go wrong, as a user sees it.

::

    WegekettenError
    ├── UsageError(ValueError)        exit 2: the command, an option or a configuration file is wrong
    ├── InputDataError(ValueError)    exit 3: a file cannot be used as it is
    ├── MissingExtraError(ImportError) exit 2: an optional dependency is not installed
    └── OutputError(OSError)          exit 2: a result cannot be written where it was asked for

Each message is one line: what is wrong, where (file, element), and what to do.
"""

from __future__ import annotations


class WegekettenError(Exception):
    """Root of all errors this package raises on purpose.

    Attributes
    ----------
    exit_code
        The exit code of the command line, see the contract in README.md.
    """

    exit_code: int = 1


class UsageError(WegekettenError, ValueError):
    """The command, an option or a configuration file is wrong."""

    exit_code = 2


class InputDataError(WegekettenError, ValueError):
    """A file given as input cannot be used as it is."""

    exit_code = 3


class MissingExtraError(WegekettenError, ImportError):
    """An optional dependency is needed and not installed."""

    exit_code = 2


class OutputError(WegekettenError, OSError):
    """A result cannot be written where it was asked for."""

    exit_code = 2
