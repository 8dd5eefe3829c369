"""Tables on terminals of any width: no word and no id is ever broken."""

from __future__ import annotations

import pytest

from wegeketten.reports.terminal import print_rows

ROWS = [
    ("1. Bordstein: Bord auf 3 cm absenken", "Röthenbacher Straße 9", "2.400 bis 5.600 €", "w460511124:22"),
    ("2. Treppe", "Marktplatz 24", "44.000 bis 96.000 €", "n3249373072"),
]


@pytest.mark.parametrize("width", [24, 40, 60, 80, 132])
def test_no_id_is_broken(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    print_rows(("Was", "Wo", "Kosten, geschätzt", "Kennung"), ROWS, right=(2,), title="Vorschläge")
    shown = capsys.readouterr().out
    for row in ROWS:
        assert row[-1] in shown
        for word in " ".join(row).split():
            assert word in shown
    if width >= 40:
        assert all(len(line.rstrip()) <= width for line in shown.splitlines())
