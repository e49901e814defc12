# One wire in a container:
#
#   docker build -t preprint-wire .
#   docker run -d --init --stop-timeout 30 -p 8000:8000 -v preprint-wire:/data \
#       -e WIRE_CONTACT=you@example.org preprint-wire
#
# Set WIRE_BASE_URL to the address that people use, like https://wire.example.org: every link starts with it, and
# requests under other host names are refused. As it stands below, only this machine's localhost is answered.
# --init: a part that crashes may leave orphans, which the wire itself does not bury.
# Topics of your own: -v "$PWD/topics.yaml:/app/topics.yaml:ro"
FROM python:3.12-slim-bookworm

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore -r requirements.txt

RUN useradd --no-log-init --uid 10001 --user-group --home-dir /nonexistent --shell /usr/sbin/nologin wire \
    && install --directory --owner=wire --group=wire /data

COPY wire topics.yaml LICENSE ./
COPY feeds feeds
COPY workers workers
COPY service service
RUN python -m compileall -q feeds workers service

ENV WIRE_NO_VENV=1 \
    WIRE_BIND=0.0.0.0:8000 \
    WIRE_BASE_URL=http://localhost:8000 \
    WIRE_DATA_DIR=/data
VOLUME /data
EXPOSE 8000
USER 10001:10001

HEALTHCHECK --start-period=60s --interval=30s --timeout=5s \
    CMD ["python3", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://localhost:' + os.environ['WIRE_BIND'].rpartition(':')[2] + '/readyz', timeout=4)"]
CMD ["./wire", "run"]
