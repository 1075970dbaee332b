# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Execution environments: their definition makes a build context, as far as that goes without a container engine."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import typing as t

import yaml
from ansible_collections.iij.server_certificate.tests.release import artefact
from ansible_collections.iij.server_certificate.tests.release.copies import ROOT, copy, tracked

BUILDER: t.Final = pathlib.Path(sys.executable).with_name("ansible-builder")
DEFINITION: t.Final = pathlib.Path("examples", "execution-environment", "execution-environment.yml")


def said(*arguments: str | pathlib.Path, cwd: pathlib.Path) -> str:
    done = subprocess.run([BUILDER, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_definition_makes_a_context_with_the_artefact(tmp_path: pathlib.Path) -> None:
    (tmp_path / DEFINITION).parent.mkdir(parents=True)
    shutil.copy(ROOT / DEFINITION, tmp_path / DEFINITION)
    built = artefact.build(tmp_path / "build")
    said("create", "--output-filename", "Containerfile", "--file", DEFINITION, "--context", "context", cwd=tmp_path)
    (wanted,) = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text(encoding="utf-8"))[
        "collections"
    ]
    assert (tmp_path / "context/_build" / wanted["name"]).read_bytes() == built.read_bytes()
    containerfile = (tmp_path / "context/Containerfile").read_text(encoding="utf-8")
    assert "WORKDIR /build" in containerfile, "the artefact is named from there"
    assert "collection install $ANSIBLE_GALAXY_CLI_COLLECTION_OPTS -r requirements.yml" in containerfile


def test_an_environment_gets_what_the_collection_needs(tmp_path: pathlib.Path) -> None:
    """What the builder reads from the collection when it is installed in an image."""
    copy(tracked(), into=tmp_path)
    needs = yaml.safe_load(said("introspect", tmp_path, cwd=tmp_path))
    asked = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    python = [line.partition("#")[0].strip() for line in needs["python"]]
    told = yaml.safe_load((ROOT / DEFINITION).read_text(encoding="utf-8"))["dependencies"]["python"]
    assert sorted([*python, *told]) == sorted(line for line in asked if not line.startswith("#"))
    assert [line.split()[0] for line in needs["system"]] == ["openssh-client", "openssh-clients"]
