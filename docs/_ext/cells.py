"""Run the code cells of a notebook in one namespace and print what each says, as JSON on the last line."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import sys
import traceback
from pathlib import Path
from typing import Any


def run_cells(notebook: Path) -> list[dict[str, Any]]:
    """Outputs of a notebook's cells: text printed, the last value as HTML or text, an error."""
    space: dict[str, Any] = {"__name__": "__main__"}
    outputs = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        said = io.StringIO()
        shown: dict[str, Any] = {}
        try:
            with contextlib.redirect_stdout(said):
                value = _value("".join(cell["source"]), space)
            if value is not None:
                html = getattr(value, "_repr_html_", None)
                shown = {"html": html()} if html else {"text": repr(value)}
        except Exception:  # noqa: BLE001  # whatever a cell raises is told
            shown = {"error": traceback.format_exc(limit=-1)}
        outputs.append({"said": said.getvalue(), **shown})
        if "error" in shown:
            break
    return outputs


def _value(source: str, space: dict[str, Any]) -> Any:
    """Run a cell; the value of its last line where that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), space)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), space)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run_cells(Path(sys.argv[1]))) + "\n")
