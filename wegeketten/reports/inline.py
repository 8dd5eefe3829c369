"""Pages that need nothing from anywhere: code of others inside, and a policy that lets nothing else run."""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache

from wegeketten.errors import InputDataError
from wegeketten.files.inline import island as island
from wegeketten.files.inline import outside_addresses as outside_addresses
from wegeketten.files.inline import script_tag as script_tag
from wegeketten.files.inline import style_tag as style_tag
from wegeketten.files.policy import policy_of as policy_of
from wegeketten.reports.assets import asset_bytes, asset_text

_SOURCE_MAP = re.compile(r"^(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*\*/)\s*$", re.MULTILINE)


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
