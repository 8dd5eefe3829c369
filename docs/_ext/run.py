"""The directive ``run``: a command that is run while the page is built, shown with what it printed.

A command that fails, or that no longer knows one of its options, fails the build. All commands of a build
share one folder, so that a page can go on with what an earlier one has written; pages are read in the order
of their names.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from typing import ClassVar

    from sphinx.application import Sphinx

log = logging.getLogger(__name__)


class Run(SphinxDirective):
    """Run each line of the content; print the command and its output."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "lines": directives.nonnegative_int,  # of the output at most, the rest is left out
        "exit": directives.nonnegative_int,  # the exit code that is expected
        "quiet": directives.flag,  # show no output
        "needs": directives.unchanged_required,  # a program; where it is absent the commands are shown only
    }

    def run(self) -> list[nodes.Node]:
        """Make one literal block."""
        self.env.note_dependency(__file__)
        shown = []
        needed = self.options.get("needs")
        absent = needed is not None and shutil.which(needed) is None
        if absent:
            log.info("%s is absent: its example is shown, not run", needed, location=self.get_location())
        for command in self.content:
            shown.append(f"$ {command}")
            if absent:
                continue
            output = self._output(command)
            if "quiet" not in self.options:
                most = self.options.get("lines", len(output))
                shown += output[:most] + (["…"] if len(output) > most else [])
        text = "\n".join(shown)
        return [nodes.literal_block(text, text, language="console")]

    def _output(self, command: str) -> list[str]:
        folder, environment = environment_of(self.env.app)
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != self.options.get("exit", 0):
            log.warning(
                "%s: ended with %s: %s", command, done.returncode, done.stderr.strip()[-500:],
                location=self.get_location(),
            )  # fmt: skip
        said = done.stdout if done.returncode == 0 else done.stdout + done.stderr
        return said.rstrip().splitlines()


def environment_of(app: Sphinx) -> tuple[Path, dict[str, str]]:
    """Folder that all commands and notebooks of a build share, and their environment."""
    folder = Path(app.outdir) / "_run"
    folder.mkdir(exist_ok=True)
    root = "" if os.environ.get("WEGEKETTEN_DOCS") == "installed" else str(Path(app.srcdir).parent)
    environment = {
        **os.environ,
        "PATH": f"{_shim(folder)}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
        "WEGEKETTEN_CACHE": str(folder / ".cache"),
        "COLUMNS": "110",
        "NO_COLOR": "1",
    }
    return folder, environment


def _shim(folder: Path) -> Path:
    """Folder with a ``wegeketten`` that is the one documented here, installed or not, and with its Python."""
    place = folder / ".bin"
    place.mkdir(exist_ok=True)
    for name, call in (("wegeketten", " -m wegeketten"), ("python", "")):
        script = place / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}"{call} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return place


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx about the directive; commands depend on one another, so pages are read one by one."""
    app.add_directive("run", Run)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
