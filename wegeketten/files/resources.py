"""Where the data files that come with the package lie: profiles, services, assumptions, tag spellings."""

from __future__ import annotations

from pathlib import Path

_here = Path(__file__).resolve().parents[1]  # the package


def shipped(*parts: str) -> Path:
    """Path of a file or folder that ships with the package.

    Parameters
    ----------
    parts
        Path components below ``data/``.

    Returns
    -------
    Path
        In an installed package ``wegeketten/data/…``, in a checkout the top-level ``data/…``.

    Examples
    --------
    >>> shipped("profiles", "walker.toml").name
    'walker.toml'
    """
    installed = _here / "data"
    root = installed if installed.is_dir() else _here.parent / "data"
    return root.joinpath(*parts)
