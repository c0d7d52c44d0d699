"""`hub backup` and `hub restore`: the whole hub in one file, and back."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, parts, print_json, say, session, setting
from hub.cli.progress import Documents
from hub.cli.setup import write_secret
from hub.db import db
from hub.services import indexing, packing


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON.")
@with_appcontext
def backup(file: Path, as_json: bool) -> None:
    """Write everything that the database holds to FILE, as it is now; site and worker go on."""
    from hub.services import archiving

    session().close()
    try:
        manifest = archiving.write(db.engine, file, version=version("open-commerce-hub"))
    except FileExistsError as error:
        raise Refused(f"{file} exists already: choose another name.") from error
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}. Nothing was left behind.") from error
    size = file.stat().st_size
    if as_json:
        print_json(
            {"file": str(file), "bytes": size, "revision": manifest.revision, "rows": {n: t.rows for n, t in manifest.tables.items()}}
        )
    else:
        click.echo(f"{manifest.rows} rows of {len(manifest.tables)} tables in {file}, {size} bytes. Keep it as you keep passwords.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", is_flag=True, help="Also where there are sources or resources: everything that is there goes.")
@click.option("--yes", is_flag=True, help="Do not ask before replacing.")
@click.option("--json", "as_json", is_flag=True, help="What was restored, as JSON.")
@with_appcontext
def restore(file: Path, replace: bool, yes: bool, as_json: bool) -> None:
    """Bring FILE back into an empty hub, and make the search index anew."""
    from hub.services import restoring

    folder: Path = setting("HUB_DATA")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        manifest = restoring.read(file)
        check_room(manifest)
        if not restoring.is_empty(db.engine):
            refuse_or_ask(replace=replace, yes=yes)
        write_secret(folder / "secret-key")
        restoring.fill(db.engine, file, manifest)
    except packing.BadBackup as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{error.filename or file}: {error.strerror or error}. Nothing was changed.") from error
    say(f"{manifest.rows} rows of {manifest.created_at[:16]} are back; the search index is made anew …", err=True)
    with Documents("read", indexing.size(session()), quiet=as_json) as line:
        documents = indexing.rebuild(session(), parts().index, on_document=line.show)
    if as_json:
        print_json({"revision": manifest.revision, "rows": {n: t.rows for n, t in manifest.tables.items()}, "documents": documents})
    else:
        click.echo(f"{manifest.rows} rows restored, {documents} documents in the index. Start the site and the worker.")


def refuse_or_ask(*, replace: bool, yes: bool) -> None:
    """What is there goes only when somebody says so, and while nobody harvests. Raises Refused."""
    from hub.services import leasing, sourcing, versioning

    if not replace:
        raise Refused("This hub is not empty: its database has sources or resources. `--replace` puts the backup in their place.")
    if versioning.is_ready(db.engine):
        current = session()
        held = [source.name for source in sourcing.every(current) if leasing.is_held(current, source.id)]
        current.close()
        if held:
            raise Refused(f"{held[0]} is being harvested: stop the worker (and the site) first.")
    try:
        agreed = yes or click.confirm("Everything in this hub is replaced by the backup. Go on?", err=True)
    except click.Abort:  # nobody is there to answer
        agreed = False
    if not agreed:
        raise Refused("Nothing was changed. `--yes` says so beforehand.")


def check_room(manifest: packing.Manifest) -> None:
    """Does the disk have room? Raises Refused."""
    from hub.services import restoring

    folder = restoring.folder_of(db.engine)
    if folder is None:
        return
    needed, free = int(manifest.size * restoring.ROOM), shutil.disk_usage(folder).free
    if free < needed:
        raise Refused(f"The disk of {folder} has {free:,} bytes free, and the backup may need {needed:,}. Nothing was changed.")
