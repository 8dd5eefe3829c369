"""A browser tab that reports what it asked for and what went wrong."""

from __future__ import annotations

import time
from typing import Any

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Tab:
    """A page with its requests and faults."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    @property
    def outside(self) -> list[str]:
        """Requests that left the file."""
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]

    def until(self, expression: str, seconds: float = 20) -> Any:
        """Value of an expression once it is true; polled, because the page's policy forbids `eval`."""
        end = time.monotonic() + seconds
        while not (value := self.page.evaluate(expression)):
            assert time.monotonic() < end, f"never true: {expression}; {self.faults}"
            time.sleep(0.03)
        return value

    def settled(self, count: int = 1) -> None:
        """Wait until the page has answered so many times."""
        self.until(f"Number(document.documentElement.dataset.ready ?? 0) >= {count}")


def violations(tab: Tab, axe: str) -> list[str]:
    """What axe-core finds against WCAG 2.x A and AA, as readable lines."""
    tab.page.evaluate(axe)
    found = tab.page.evaluate(f"axe.run(document, {{runOnly: {RULES}, resultTypes: ['violations']}})")
    assert len(found["passes"]) > 20
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
