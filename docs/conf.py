"""How the documentation is built: ``sphinx-build -W -b html docs docs/_build``."""

import os
import sys
from pathlib import Path

# the checkout is documented; in CI what was installed from it, whose kernels are compiled already
CHECKOUT = [] if os.environ.get("WEGEKETTEN_DOCS") == "installed" else [str(Path(__file__).parents[1])]
sys.path[:0] = [str(Path(__file__).parent / "_ext"), *CHECKOUT]

from wegeketten.version import VERSION  # noqa: E402

project = "Wegeketten"
author = "Wegeketten contributors"
project_copyright = "Wegeketten contributors; data © OpenStreetMap contributors"
version = release = VERSION
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "run", "notebook"]
exclude_patterns = ["_build", "_ext", "**.ipynb"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "undoc-members": False}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_preprocess_types = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"Wegeketten {VERSION}"
html_static_path: list[str] = []
