"""Revisions of the database's schema.

`check`: do they make what the models say, and can they be taken back? `revision MESSAGE`: write the next one.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine, inspect

import hub.models  # noqa: F401 - so that the metadata knows every table
from hub.services import migrating


def check(url: str) -> list[str]:
    """Up, compare, down, up: what is wrong, in sentences."""
    engine = create_engine(url)
    migrating.upgrade(engine)
    wrong = [f"the models and the revisions differ: {difference}" for difference in migrating.differences(engine)]
    migrating.downgrade(engine, "base")
    if left := set(inspect(engine).get_table_names()) - {"alembic_version"}:
        wrong.append(f"the way down leaves tables behind: {sorted(left)}")
    migrating.upgrade(engine)
    return wrong


def revision(url: str, message: str) -> None:
    """The next revision, from what the models have and the revisions have not."""
    engine = create_engine(url)
    migrating.upgrade(engine)
    number = len(list((migrating.FOLDER / "versions").glob("[0-9]*.py"))) + 1
    with engine.connect() as connection:
        command.revision(migrating.config(connection), message=message, autogenerate=True, rev_id=f"{number:04}")


def main(words: list[str]) -> int:
    """Exit status 0 when all is well."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'hub.db'}"
        match words:
            case ["check"]:
                wrong = check(url)
                print("\n".join(wrong) or "The revisions make what the models say.")
                return 1 if wrong else 0
            case ["revision", message] if message:
                revision(url, message)
                return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
