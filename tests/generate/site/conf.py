# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx settings of the site; tests/generate/site.py puts it beside the pages."""

from __future__ import annotations

project = "iij.server_certificate"
author = "iij.server_certificate contributors"
copyright = "2026, iij.server_certificate contributors"  # noqa: A001  (Sphinx's own name)
extensions = ["myst_parser", "sphinx_antsibull_ext"]
html_theme = "sphinx_ansible_theme"
html_show_sphinx = False
html_theme_options = {"topbar_links": {}, "vcs_pageview_mode": ""}
highlight_language = "YAML+Jinja"
myst_heading_anchors = 4
# Module pages refer to Ansible's own documentation, whose index lies on the network.
suppress_warnings = ["ref.ref"]
nitpicky = False
