"""Parts of pages that need nothing from anywhere: scripts, styles and data inside the page itself."""

from __future__ import annotations

import json
import re
from typing import Any

_IMAGE = re.compile(r"url\((?!#)[^)]*\)")
_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)
_ADDRESS = re.compile(
    r"""<(?:script|link|img|iframe|source|object|embed|use)\b[^>]*\b(?:src|href|data)\s*=\s*["']?(?!data:|#)(?P<url>[^"'\s>]+)"""
)


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

    Examples
    --------
    >>> style_tag("p {color: #333}")
    '<style>p {color: #333}</style>'
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
