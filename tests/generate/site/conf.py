# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx settings of the site; tests/generate/site.py puts it beside the pages."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "iij.server_certificate"
author = "iij.server_certificate contributors"
copyright = "2026, iij.server_certificate contributors"  # noqa: A001  (Sphinx's own name)
extensions = ["myst_parser", "sphinx_antsibull_ext"]
html_theme = "sphinx_rtd_theme"
html_show_sphinx = False
html_theme_options = {"style_external_links": False}
highlight_language = "YAML+Jinja"
myst_heading_anchors = 4
# Module pages refer to Ansible's own documentation, whose index lies on the network.
suppress_warnings = ["ref.ref"]
nitpicky = False
html_show_sourcelink = False
html_title = "iij.server_certificate"
html_static_path = ["_static"]
html_css_files = ["site.css"]
# Words of Japanese pages are found, too; English ones are found by the letters that they begin with.
html_search_language = "ja"


def setup(app: Sphinx) -> None:
    """Let every page say its own language."""
    app.connect("html-page-context", _say_language)


def _say_language(_app: Sphinx, page: str, _template: str, context: dict[str, object], _doctree: object) -> None:
    japanese = "/ja/" in f"/{page}" or page.endswith(".ja")
    context["language"] = "ja" if japanese else "en"
