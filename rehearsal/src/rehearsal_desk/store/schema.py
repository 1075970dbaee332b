# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the desk, brought up to date by Alembic."""

from __future__ import annotations

import pathlib
import typing as t

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import text

from rehearsal_desk.rules.wording import say
from rehearsal_desk.store.store import open_engine

_SCRIPTS: t.Final = pathlib.Path(__file__).parent / "migrations"

# Any number will do, as long as every desk takes the same one.
_LOCK: t.Final = 7_204_519


class OutOfDate(Exception):
    """The tables are not those of this version."""


def migrate(database: str) -> str:
    """Bring the tables of this database up to date, all or nothing; the revision they have now."""
    engine = open_engine(database)
    config = _config()
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return MigrationContext.configure(connection).get_current_revision() or ""
    except CommandError:
        raise OutOfDate(
            say(
                "its tables are of a version that this one does not know",
                "表が、このバージョンでは扱えない新しいものです",
            )
        ) from None
    finally:
        engine.dispose()


def refuse_unless_current(database: str) -> None:
    """Raise `OutOfDate` when the tables want `migrate`."""
    engine = open_engine(database)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    if found != ScriptDirectory.from_config(_config()).get_current_head():
        raise OutOfDate(
            say(
                "its tables are not those of this version; run: rehearsal-desk migrate --database URL",
                "表がこのバージョンのものではありません。rehearsal-desk migrate --database URL を実行してください",
            )
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
