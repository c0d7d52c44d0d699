"""`hub dump`: the whole catalogue in files, as the worker writes it every night."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, print_json, session, setting
from hub.cli.progress import Documents
from hub.services import describing, extracting, indexing


@click.command()
@click.option("--keep", type=click.IntRange(1, 365), help="How many dumps stay; HUB_DUMPS when nothing is said.")
@click.option("--json", "as_json", is_flag=True, help="The manifest, as JSON.")
@with_appcontext
def dump(keep: int | None, as_json: bool) -> None:
    """Write all resources and topics to HUB_DATA/dumps, where the site offers them at /dumps/."""
    from hub.exports import dump as dumps
    from hub.exports.site import Site

    folder: Path = setting("HUB_DATA") / "dumps"
    site, current = Site(setting("HUB_BASE_URL"), setting("SITE_NAME")), session()
    with Documents("written", indexing.size(current), quiet=as_json) as line:
        count = 0

        def on_resource() -> None:
            nonlocal count
            count += 1
            line.show(count)

        try:
            made = dumps.write(
                folder,
                describing.walk(current),
                extracting.terms(current),
                site,
                datetime.now(UTC),
                keep=keep or setting("HUB_DUMPS") or 1,
                on_resource=on_resource,
            )
        except dumps.AlreadyDumping as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Refused(f"The dump cannot be written: {error.strerror}. The last one is as it was.") from error
    if as_json:
        print_json({"dump": made.name, **made.manifest})
    else:
        click.echo(f"{made.files['resources.jsonl.gz']['records']} resources in {folder / made.name}.")
