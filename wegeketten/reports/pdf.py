"""Tagged PDF (PDF/UA-1) from a report's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wegeketten.errors import MissingExtraError
from wegeketten.files.atomic import whole_file

if TYPE_CHECKING:
    from pathlib import Path


def write_pdf(page: str, target: Path, *, large: bool = False) -> Path:
    """Write a page as PDF/UA-1: tagged, with language and title, pictures with their text alternatives.

    Parameters
    ----------
    page
        A page by `wegeketten.reports.district.report_page`.
    target
        File to write.
    large
        Whether in large print, 16 points.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    MissingExtraError
        Weasyprint is not installed.
    OutputError
        The file cannot be written.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except ImportError as error:
        raise MissingExtraError(
            "a PDF needs weasyprint; install it with: pip install wegeketten[pdf]"
        ) from error
    # Everything lies in the page itself; nothing else is ever opened, not even a file.
    if large:
        page = page.replace("<html ", '<html class="large" ', 1)
    document = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols={"data"}))
    with whole_file(target) as temporary:
        document.write_pdf(temporary, pdf_variant="pdf/ua-1", pdf_identifier=b"wegeketten", finisher=_scope)
    return target


def _scope(_document: Any, pdf: Any) -> None:
    """Tell of each table header whether it heads its column or its row; weasyprint leaves that out."""
    objects: list[Any] = pdf.objects
    elements = {found.reference: found for found in objects if hasattr(found, "keys") and "S" in found}
    for element in elements.values():
        if element["S"] == "/TH":
            group = elements[elements[element["P"]]["P"]]
            element["A"]["Scope"] = "/Column" if group["S"] == "/THead" else "/Row"
