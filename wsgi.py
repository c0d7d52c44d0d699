"""The application and its queue, for the web server and the worker: `gunicorn wsgi:app`, `huey_consumer wsgi.huey`."""

from config import from_env
from hub.app import create_app

app = create_app(from_env())
huey = app.extensions["hub"].huey
