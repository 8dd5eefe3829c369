"""The directive ``notebook``: run a notebook while the documentation is built, show cells and outputs.

A cell that fails, fails the build. The notebooks hold no outputs; they open in Jupyter as they are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.statemachine import StringList
from run import environment_of, log
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_CELLS = Path(__file__).with_name("cells.py")
_LONGEST = 40


class Notebook(SphinxDirective):
    """Run the notebook named in the argument."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Headings and prose as they are, each code cell followed by what it gives."""
        path = Path(self.env.app.srcdir) / Path(self.env.docname).parent / self.arguments[0]
        for each in (path, _CELLS, Path(__file__)):
            self.env.note_dependency(str(each))
        outputs = self._outputs(path)
        found: list[nodes.Node] = []
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                holder = nodes.container()
                self.state.nested_parse(StringList(text.splitlines(), str(path)), 0, holder)
                found += holder.children
                continue
            found.append(nodes.literal_block(text, text, language="python"))
            if outputs:
                found += self._shown(outputs.pop(0))
        return found

    def _outputs(self, path: Path) -> list[dict[str, Any]]:
        folder, environment = environment_of(self.env.app)
        done = subprocess.run(
            [sys.executable, str(_CELLS), str(path)],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            log.warning("%s: %s", path.name, done.stderr[-800:], location=self.get_location())
            return []
        outputs: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
        return outputs

    def _shown(self, output: dict[str, Any]) -> list[nodes.Node]:
        if "error" in output:
            log.warning("a cell fails:\n%s", output["error"], location=self.get_location())
        found: list[nodes.Node] = []
        text = "\n".join(filter(None, [output["said"].rstrip(), output.get("text")]))
        if text:
            lines = text.splitlines()
            shown = "\n".join(lines[:_LONGEST] + (["…"] if len(lines) > _LONGEST else []))
            found.append(nodes.literal_block(shown, shown, language="text"))
        if "html" in output:
            found.append(nodes.raw("", output["html"], format="html"))
        return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx about the directive."""
    app.add_directive("notebook", Notebook)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
