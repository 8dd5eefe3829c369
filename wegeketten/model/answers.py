"""The three answers, and how long work says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

Answer = Literal["sure", "likely", "possible"]
ANSWERS: tuple[Answer, Answer, Answer] = ("sure", "likely", "possible")
"""From what is guaranteed to what cannot be ruled out; times only fall along this order."""

Progress: TypeAlias = Callable[[str, float], None]
"""Called with what is being done and the share (0-1) that is finished."""
