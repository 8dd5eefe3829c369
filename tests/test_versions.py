"""What pyproject.toml promises about versions has a form that ``.ci/versions`` can test."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

_PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"

pytestmark = pytest.mark.skipif(not _PROJECT.is_file(), reason="the checkout is not here")


def _needs() -> list[str]:
    with _PROJECT.open("rb") as file:
        result: list[str] = tomllib.load(file)["project"]["dependencies"]
        return result


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


@pytest.mark.parametrize("need", _needs() if _PROJECT.is_file() else [])
def test_need_has_one_floor_and_it_is_met(need: str) -> None:
    match = re.fullmatch(r"([\w.-]+)>=([\d.]+)", need)
    assert match, f"{need}: .ci/versions tests floors of the form NAME>=VERSION"
    try:
        here = version(match[1])
    except PackageNotFoundError:
        pytest.skip(f"{match[1]} is not installed")
    assert _numbers(here) >= _numbers(match[2])
