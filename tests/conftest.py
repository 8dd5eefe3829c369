"""Fixtures that every room of the house needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

_PROFILE = "ci" if os.environ.get("WEGEKETTEN_SAME_EXAMPLES") else "default"  # "ci": the same in every run
settings.register_profile(
    "timeless", settings.get_profile(_PROFILE), deadline=None
)  # a busy machine decides no test
settings.load_profile("timeless")

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


_LONG = (
    "test_package.py",
    "tests/siting/",
    "tests/fuzz/",
    "tests/batches/",
    "tests/planning/",
    "tests/reach/",
)
"""What takes long begins first, so that no processor is left with it at the end."""


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-xdist hand out files in the order of the collection, not by their number of tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; the order of tests within a file stays."""
    items.sort(key=lambda item: next((n for n, part in enumerate(_LONG) if part in item.nodeid), len(_LONG)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real extracts beside the checkout; the test is skipped where it is absent."""
    if not _SHARED.is_dir():
        pytest.skip(f"real extracts are not here ({_SHARED} is absent)")
    return _SHARED


def pytest_report_header() -> list[str]:
    """State what the results rest on."""
    from importlib.metadata import version

    import numba
    import numpy as np
    import shapely

    versions = f"numpy {np.__version__}, numba {numba.__version__}, shapely {shapely.__version__}"
    osm = f"osmium {version('osmium')}"
    return [f"{versions}, {osm}, shared data: {'yes' if _SHARED.is_dir() else 'absent'}"]
