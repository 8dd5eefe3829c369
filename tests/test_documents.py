"""Documents beside the code say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wegeketten.command.panels import PANELS
from wegeketten.version import VERSION

_ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(not (_ROOT / "CONTRIBUTING.md").is_file(), reason="the checkout is not here")


def test_citation_names_this_version() -> None:
    assert f"\nversion: {VERSION}\n" in (_ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md", "docs/explain/council.md"]
)
def test_paths_that_are_named_exist(name: str) -> None:
    text = (_ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:wegeketten|routing|data|tests|docs|benchmarks)/[\w./-]+)`", text)
    assert named or name == "SECURITY.md"
    missing = [path for path in named if not (_ROOT / path).exists()]
    assert missing == []


def test_tutorials_run_commands_that_exist() -> None:
    known = {name for names in PANELS.values() for name in names}
    pages = sorted((_ROOT / "docs").glob("*/*.md"))
    assert pages
    for page in pages:
        for block in re.findall(r"```\{run\}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            called = re.findall(r"^wegeketten (\w+)", block, re.MULTILINE)
            assert set(called) <= known, page
