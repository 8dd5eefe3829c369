"""The wheel: one name in site-packages, data and routing inside, nothing left behind."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wegeketten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ROOT = Path(__file__).resolve().parents[1]


_BESIDE = ("wegeketten.tests", "wegeketten.benchmarks", "wegeketten.wegeketten")  # in a checkout


def _walk(path: Iterable[str], prefix: str) -> Iterator[str]:
    for info in pkgutil.iter_modules(path, prefix):
        if not info.name.startswith(_BESIDE):
            yield info.name
            if info.ispkg:
                yield from _walk(importlib.import_module(info.name).__path__, f"{info.name}.")


def _modules() -> list[str]:
    return sorted(_walk(wegeketten.__path__, "wegeketten."))


def test_all_is_what_dir_shows() -> None:
    assert sorted(wegeketten.__all__) == dir(wegeketten)
    for name in wegeketten.__all__:
        assert getattr(wegeketten, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = wegeketten.nonsense


def test_wheel_holds_one_top_level_name(tmp_path: Path) -> None:
    if not (_ROOT / "pyproject.toml").is_file():
        pytest.skip("the checkout is not here")
    pytest.importorskip("hatchling")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=_ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"wegeketten"}
    for needed in (
        "cli.py",
        "routing/__init__.py",
        "data/services.toml",
        "data/profiles/walker.toml",
        "py.typed",
    ):
        assert f"wegeketten/{needed}" in names
    assert not [name for name in names if name.endswith((".pyi", ".pbf", ".nbi"))]


def test_routing_is_reached_under_one_name_only() -> None:
    code = (
        "import sys, wegeketten.routing, wegeketten.reach.scan, wegeketten.pipeline.build\n"
        "print('routing' in sys.modules, 'cli' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom wegeketten.cli import app\n"
        "heavy = {'numpy','numba','pandas','geopandas','shapely','osmnx','folium','pyarrow','scipy','osmium',"
        "'pydantic','networkx'}\nprint(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.fixture
def own_signals() -> Iterator[None]:
    """Handlers as they were: the example of the front door installs those of a program."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
@pytest.mark.parametrize("name", _modules())
def test_examples_in_the_docs_run(name: str) -> None:
    import doctest

    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_no_module_hides_a_name_of_the_shop_window() -> None:
    code = (
        "import importlib, pkgutil, wegeketten as wk\n"
        "for info in pkgutil.iter_modules(wk.__path__, 'wegeketten.'):\n"
        "    if info.name.split('.')[1] in wk.__all__: importlib.import_module(info.name)\n"
        "print(callable(wk.build), callable(wk.scan), callable(wk.open), callable(wk.from_networkx))"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True"] * 4
