# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of parts (SBOM, CycloneDX 1.6): what a controller and a rehearsal desk install, as the lock files say.

Equal sources give equal lists: they hold no time, and their serial number is a digest of what they list.
"""

from __future__ import annotations

import importlib.metadata
import re
import typing as t
import uuid

import yaml
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

if t.TYPE_CHECKING:
    import pathlib

LOCKS: t.Final = {"controller": "examples/ci/controller.lock", "rehearsal-desk": "requirements/rehearsal.lock"}
_PINNED: t.Final = re.compile(r"^(?P<name>[a-z0-9-]+)(\[[a-z0-9,-]+\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)
_CLASSIFIER: t.Final = "License :: OSI Approved :: "


def write_parts(into: pathlib.Path) -> list[pathlib.Path]:
    """Write the list of parts of the controller and that of the rehearsal desk."""
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    paths = []
    for product, lock in LOCKS.items():
        paths.append(into / f"iij-server_certificate-{version}-{product}.cdx.json")
        paths[-1].write_text(list_parts(product, version, read_lock(lock)), encoding="utf-8")
    return paths


def read_lock(name: str) -> list[tuple[str, str]]:
    """Read the packages and versions that a lock file pins: more than one version where Pythons differ."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return sorted((found["name"], found["version"]) for found in _PINNED.finditer(text))


def list_parts(product: str, version: str, packages: list[tuple[str, str]]) -> str:
    """Make the list of parts of a product, in JSON."""
    root = Component(
        name=f"iij.server_certificate {product}", version=version, type=ComponentType.APPLICATION, bom_ref=product,
        licenses=[LicenseFactory().make_with_expression("GPL-3.0-or-later")],
    )  # fmt: skip
    parts = [_make_part(*package) for package in packages]
    serial = uuid.uuid5(uuid.NAMESPACE_OID, repr((product, version, packages)))
    bom = Bom(components=parts, serial_number=serial, metadata=BomMetaData(component=root))
    bom.metadata.timestamp = None  # type: ignore[assignment]  # two builds of the same sources are equal
    bom.register_dependency(root, parts)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _make_part(name: str, version: str) -> Component:
    purl = PackageURL("pypi", None, name, version)
    words = read_licence(name)
    licences = [LicenseFactory().make_from_string(words)] if words else []
    return Component(
        name=name, version=version, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl), licenses=licences
    )


def read_licence(name: str) -> str:
    """Read what an installed package says of its licence, an SPDX expression if there is one; empty: not installed."""
    try:
        about = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    classes = [each.removeprefix(_CLASSIFIER) for each in about.get_all("Classifier", []) if _CLASSIFIER in each]
    return about.get("License-Expression") or "; ".join(classes) or about.get("License", "").partition("\n")[0]
