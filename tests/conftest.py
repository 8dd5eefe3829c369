"""Fixtures that every room of the house needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("timeless", deadline=None)  # a busy machine decides no test
settings.load_profile("timeless")

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


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
