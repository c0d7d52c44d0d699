"""`hub backup` and `hub restore` as an operator has them."""

from __future__ import annotations

import json
import resource
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from hub.models import Run, Source, SourceRecord
from hub.services import leasing, restoring, running

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_a_backup_in_the_middle_of_a_harvest_goes_on_there(here, slow_repository, command, process_environment, tmp_path):
    here("source", "add", "repo", "oai-pmh", slow_repository.url)
    with subprocess.Popen(command("harvest", "repo"), env=process_environment, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        while slow_repository.asked() < 4 and process.poll() is None:
            time.sleep(0.02)
        here("backup", tmp_path / "one.hub")
        assert process.wait(60) == 0, "nobody was in its way"
    new = {**process_environment, "HUB_DATA": str(tmp_path / "new"), "DATABASE_URL": f"sqlite:///{tmp_path / 'new' / 'hub.db'}"}

    def there(*words):
        done = subprocess.run(command(*map(str, words)), env=new, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    there("restore", tmp_path / "one.hub")
    engine = create_engine(f"sqlite:///{tmp_path / 'new' / 'hub.db'}")
    with Session(engine) as session:
        run = session.scalars(select(Run)).one()
        assert 0 < run.seen == session.scalar(select(func.count()).select_from(SourceRecord)) < 250, "whole pages"
    engine.dispose()
    there("check")
    assert "succeeded, run 1" in there("harvest", "repo"), "it is taken up at its checkpoint"
    kept = [line.split("\t")[::2] for line in there("record", "dump", "--source", "repo").splitlines()]
    assert kept == [line.split("\t")[::2] for line in slow_repository.tsv().splitlines()]
    there("check")


def test_the_commands_and_what_they_refuse(quick, session, make_source, tmp_path, monkeypatch):
    make_source()
    engine = create_engine(session.get_bind().url)
    told = json.loads(quick("backup", tmp_path / "one.hub", "--json").stdout)
    assert told["rows"]["source"] == 1 and told["bytes"] == (tmp_path / "one.hub").stat().st_size
    assert ((tmp_path / "one.hub").stat().st_mode & 0o777) == 0o600
    assert "exists already" in quick("backup", tmp_path / "one.hub", status=2).stderr
    assert "No such file" in quick("backup", tmp_path / "no" / "one.hub", status=2).stderr
    assert "--replace" in quick("restore", tmp_path / "one.hub", status=2).stderr
    assert "Nothing was changed" in quick("restore", tmp_path / "one.hub", "--replace", status=2).stderr
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "ROOM", 1e15)
        if engine.dialect.name == "sqlite":
            assert "bytes free" in quick("restore", tmp_path / "one.hub", "--replace", "--yes", status=2).stderr
    with Session(engine) as own:
        source = own.scalars(select(Source)).one()
        source.title = "Changed"
        run = running.prepare(own, source)
        leasing.acquire(own, run.source_id)
        assert "is being harvested" in quick("restore", tmp_path / "one.hub", "--replace", "--yes", status=2).stderr
        leasing.release(own, run.source_id)
    assert "documents in the index" in quick("restore", tmp_path / "one.hub", "--replace", "--yes").stdout
    with Session(engine) as own:
        assert own.scalars(select(Source.title)).all() == ["One"] and own.scalar(select(func.count()).select_from(Run)) == 0
    engine.dispose()


def test_a_full_disk_leaves_no_half_backup(hub, command, process_environment, tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    done = subprocess.run(
        command("backup", str(folder / "one.hub")), env=process_environment, cwd=ROOT, capture_output=True, text=True, preexec_fn=small
    )
    assert done.returncode == 2 and "cannot be written" in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not list(folder.iterdir())
