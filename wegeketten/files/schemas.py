"""Published JSON Schemas: what each command prints with ``--json``."""

from __future__ import annotations

import json
from typing import Any

from wegeketten.errors import UsageError
from wegeketten.files.resources import shipped


def schema_names() -> list[str]:
    """Commands whose ``--json`` has a schema.

    Examples
    --------
    >>> "route" in schema_names()
    True
    """
    return sorted(path.stem for path in shipped("schemas").glob("*.json"))


def load_schema(command: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what a command prints with ``--json``; objects are closed.

    Parameters
    ----------
    command
        Name of a command.

    Returns
    -------
    dict
        A JSON Schema.

    Raises
    ------
    UsageError
        The command prints no JSON.

    Examples
    --------
    >>> load_schema("matrix")["required"]
    ['rows', 'origins', 'goals', 'out']
    """
    if command not in schema_names():
        raise UsageError(f"schema: {command!r} prints no JSON; there are {', '.join(schema_names())}")
    found: dict[str, Any] = json.loads(shipped("schemas", f"{command}.json").read_text(encoding="utf-8"))
    return found
