"""`hub serve`, `hub worker`, and `hub up`, which is both with a demo."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from hub.cli import demo
from hub.cli.context import Refused, parts, session, setting
from hub.cli.harvest import keeping_the_index, work
from hub.cli.keeper import Keeper
from hub.cli.setup import set_up
from hub.db import db

log = logging.getLogger(__name__)
HOST, PORT = "127.0.0.1", 8000
LONGEST_LINE = 32_768  # bytes of a request's first line: a question of 10 kB, each byte of it written as %XX
BEAT = 10.0  # seconds between two looks at the clock
GRACE = 15  # seconds that a child has to end


def address_options(command: Any) -> Any:
    """--host and --port, also from HOST and PORT."""
    command = click.option("--host", default=HOST, envvar="HOST", show_default=True, help="Address to listen at.")(command)
    return click.option("--port", default=PORT, envvar="PORT", show_default=True, type=click.IntRange(1, 65535), help="Port to listen at.")(
        command
    )


@click.command()
@address_options
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Requests at a time in each process.")
@click.option("--quiet", is_flag=True, help="Report warnings and errors only.")
@with_appcontext
def serve(host: str, port: int, workers: int, threads: int, quiet: bool) -> None:
    """Serve the site in the foreground."""
    if not setting("SECRET_KEY"):
        raise Refused("The site needs a secret for its sessions: set SECRET_KEY, or run `hub init`, which makes one.")
    session().close()
    refuse_taken(host, port)
    db.engine.dispose()  # a connection must not be carried over a fork: each process opens its own
    parts().add_site()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    bind = f"{host if ':' not in host else f'[{host}]'}:{port}"
    web_server(app, {"bind": bind, "workers": workers, "threads": threads, "loglevel": "warning" if quiet else "info"}).run()


def web_server(app: Flask, options: dict[str, Any]) -> Any:
    """gunicorn around our application: worker processes with threads, a slow client cannot hold a process."""
    from gunicorn.app.base import BaseApplication
    from gunicorn.http import message

    message.MAX_REQUEST_LINE = LONGEST_LINE  # the setting alone goes to 8,190

    def warm(_worker: object) -> None:
        """Beside the first requests, not before them: a process answers as soon as it can."""
        threading.Thread(target=app.extensions["hub"].warm_site, name="warming", daemon=True).start()

    class WebServer(BaseApplication):
        def load_config(self) -> None:
            fixed = {
                "post_worker_init": warm,
                "worker_class": "gthread",
                "timeout": 60,
                "graceful_timeout": 10,
                "max_requests": 20_000,
                "max_requests_jitter": 2_000,
                "limit_request_line": LONGEST_LINE,
            }
            for name, value in (fixed | options | {"control_socket_disable": True}).items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    return WebServer()


def refuse_taken(host: str, port: int) -> None:
    """Raise Refused when nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(f"Cannot listen at {host}:{port}: {error.strerror}. Choose another port with PORT or --port.") from error


@click.command()
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Sources harvested at a time.")
@with_appcontext
def worker(threads: int) -> None:
    """Work on queued harvests and keep the index up to date, in the foreground."""
    session().close()
    parts().huey.pending_count()  # a queue that does not answer is one sentence now, not an error a second later and for ever
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("huey").setLevel(logging.WARNING)  # else two lines a minute that say nothing about harvests
    log.info("worker %s: ready, harvests %s sources at a time", os.getpid(), threads)
    stop = threading.Event()
    keeping = threading.Thread(target=keep_the_index, args=(stop,), name="index keeper")
    keeping.start()
    jobs = parts().jobs
    jobs.rescue()
    clocks = [
        threading.Thread(target=keep_time, args=(stop, (lambda: jobs.beat(threads), jobs.start_due)), name="clock"),
        threading.Thread(target=keep_time, args=(stop, (jobs.post,)), name="post", daemon=True),  # a slow mail server keeps nobody
    ]
    for clock in clocks:
        clock.start()
    consumer = parts().huey.create_consumer(workers=threads, worker_type="thread", check_worker_health=True, shutdown_timeout=1)
    try:
        consumer.run()
    finally:
        stop.set()
        clocks[0].join()
        jobs.leave()
        until = time.monotonic() + GRACE / 2
        for _, working in consumer.worker_threads:
            working.join(max(0.0, until - time.monotonic()))
        keeping.join()


def keep_time(stop: threading.Event, duties: Sequence[Callable[[], None]]) -> None:
    """Signs of life, what the schedules want, mail: beside the harvests, which may all be at work for hours."""
    while True:
        for duty in duties:
            try:
                duty()
            except Exception:  # the outer edge of this thread: a database that is away comes back
                log.exception("worker %s: the clock missed a beat", os.getpid())
        if stop.wait(BEAT):
            return


def keep_the_index(stop: threading.Event) -> None:
    """One child writes the index; when it dies, another takes its place: after a second, and later each time while that does not help."""
    pause = 1.0
    while not stop.is_set():
        began = time.monotonic()
        with Keeper() as keeper:
            while keeper.is_alive and not stop.wait(0.5):
                pass
        pause = 1.0 if time.monotonic() - began > 60 else min(60.0, 2 * pause)
        if not stop.is_set():
            log.error("the index keeper ended by itself and is started again in %.0f seconds", pause)
            stop.wait(pause)


@click.command()
@address_options
@with_appcontext
def up(host: str, port: int) -> None:
    """Set up, harvest the demo sources when the hub is empty, serve site and worker until Ctrl-C."""
    refuse_taken(host, port)
    made = set_up()
    parts().huey.pending_count()
    children: list[subprocess.Popen[bytes]] = []
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # Ctrl-C, a service manager, a closed terminal
        signal.signal(name, lambda _number, _frame: stopper(stopping))
    try:
        with demo.served(session()) as allowed:
            allow(allowed)
            harvest_demo(allowed)
            session().rollback()  # no transaction stays open while the children work
            children += [child("worker"), child("serve", "--quiet", "--host", host, "--port", str(port))]
            wait_until_served(host, port, children)
            greet(host, port, made)
            while not stopping.wait(0.5) and all(process.poll() is None for process in children):
                pass
    except KeyboardInterrupt:
        pass
    finally:
        end(children)
    if not stopping.is_set():
        raise Refused("A part of the hub ended by itself: see its messages above.")
    click.echo("Stopped.")


def allow(place: str) -> None:
    """Let the demo server be harvested, by this process and by its children."""
    if place:
        current_app.config["HUB_HARVEST_ALLOW"] = (*setting("HUB_HARVEST_ALLOW"), place)
        os.environ["HUB_HARVEST_ALLOW"] = " ".join(setting("HUB_HARVEST_ALLOW"))


def stopper(stopping: threading.Event) -> None:
    """Ctrl-C: ends the wait, or breaks off what is being done before it."""
    if not stopping.is_set():
        stopping.set()
        raise KeyboardInterrupt


def harvest_demo(allowed: str) -> None:
    """Harvest the demo sources when the catalogue is empty."""
    ids = demo.wanted(session(), allowed)
    if not ids:
        return
    click.echo("The catalogue is empty: harvesting the demo sources …")
    with keeping_the_index(quiet=True):
        for source_id in ids:
            work(source_id, full=False, limit=None, quiet=False)
    demo.found_institutions(session())
    session().commit()


def child(*words: str) -> subprocess.Popen[bytes]:
    """One of our commands as a process of its own; Ctrl-C reaches it through us, so that all end in order."""
    return subprocess.Popen([sys.executable, "-m", "hub.cli.main", *words], start_new_session=True)  # noqa: S603


def wait_until_served(host: str, port: int, children: list[subprocess.Popen[bytes]], patience: float = 30.0) -> None:
    """Return when the site answers, or when a part has ended."""
    until = time.monotonic() + patience
    target = "127.0.0.1" if host in ("0.0.0.0", "") else "::1" if host == "::" else host  # noqa: S104
    while time.monotonic() < until and all(process.poll() is None for process in children):
        try:
            socket.create_connection((target, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)


def greet(host: str, port: int, made: dict[str, object]) -> None:
    """Say where the hub is, and how to sign in the first time."""
    site = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    if "admin" in made:
        click.echo(f"\nFirst admin: {made['admin']}   one-time password: {made['password']}   (printed this once; sign in at {site}login)")
    click.echo(f"\n{setting('SITE_NAME')} is at {site}   (Ctrl-C stops it)\n")


def end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask the children to end, wait, and end those that do not."""
    for process in children:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    until = time.monotonic() + GRACE
    for process in children:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
