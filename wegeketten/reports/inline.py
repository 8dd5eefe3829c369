"""Pages that need nothing from anywhere: code of others inside, and a policy that lets nothing else run."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from functools import cache
from typing import Any

from wegeketten.errors import InputDataError
from wegeketten.files.policy import policy_of as policy_of
from wegeketten.reports.assets import asset_bytes, asset_text

_SOURCE_MAP = re.compile(r"^(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*\*/)\s*$", re.MULTILINE)
_IMAGE = re.compile(r"url\((?!#)[^)]*\)")
_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)
_ADDRESS = re.compile(
    r"""<(?:script|link|img|iframe|source|object|embed|use)\b[^>]*\b(?:src|href|data)\s*=\s*["']?(?!data:|#)(?P<url>[^"'\s>]+)"""
)


@cache
def vendored(package: str, file: str) -> str:
    """A file of another project that lies in ``assets/vendor``, checked against its pinned hash.

    Parameters
    ----------
    package, file
        As in ``vendor.toml``.

    Returns
    -------
    str
        Its content.

    Raises
    ------
    InputDataError
        The file is not the one that was pinned.

    Examples
    --------
    >>> "Leaflet 1.9.4" in vendored("leaflet", "leaflet.js")
    True
    """
    pinned = tomllib.loads(asset_text("vendor", "vendor.toml"))[package]
    text = asset_text("vendor", file)
    found = hashlib.sha256(asset_bytes("vendor", file)).hexdigest()
    if found != pinned["files"][file]:
        raise InputDataError(
            f"{file} of {package} {pinned['version']} is not the pinned file; install wegeketten again"
        )
    notice = f"/*! {package} {pinned['version']}, {pinned['licence']}, {pinned['source']} */\n"
    return notice + _SOURCE_MAP.sub("", text).rstrip() + "\n"


def script_tag(code: str) -> str:
    r"""Code as an inline script; whatever it contains, the element ends where the code ends.

    Parameters
    ----------
    code
        JavaScript.

    Returns
    -------
    str
        An HTML element.

    Examples
    --------
    >>> script_tag("s = '</script>'")
    "<script>s = '<\\/script>'</script>"
    """
    closed = re.sub(r"<(/script|!--)", r"<\\\1", code, flags=re.IGNORECASE)
    return f"<script>{closed}</script>"


def style_tag(code: str) -> str:
    """Styles without pictures from other files (the controls that would need them are not used).

    Parameters
    ----------
    code
        CSS.

    Returns
    -------
    str
        An HTML element.
    """
    plain = _IMAGE.sub("none", code)
    closed = plain.replace("</", "<\\/")
    return f"<style>{closed}</style>"


def island(element_id: str, content: Any) -> str:
    r"""Data as an element that never runs: JSON for anything but text, which is taken to be base64.

    Parameters
    ----------
    element_id
        Id of the element.
    content
        Text, or plain values.

    Returns
    -------
    str
        An HTML element.

    Examples
    --------
    >>> print(island("config", {"name": "</script>"}))
    <script type="application/json" id="config">{"name":"\u003c/script\u003e"}</script>
    """
    if isinstance(content, str):
        return f'<script type="text/plain" id="{element_id}">{content}</script>'
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/json" id="{element_id}">{text}</script>'


def outside_addresses(page: str) -> list[str]:
    """Addresses that a browser would ask for when it opens the page; a finished page has none.

    Parameters
    ----------
    page
        An HTML document.

    Returns
    -------
    list of str
        In the order of the page.

    Examples
    --------
    >>> outside_addresses('<img src="https://example.org/a.png"><a href="https://example.org">x</a>')
    ['https://example.org/a.png']
    """
    without_code = _SCRIPT.sub(lambda m: f"<script{m['attributes']}>", page)
    return [match["url"] for match in _ADDRESS.finditer(without_code)]
