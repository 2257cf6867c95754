# Two stages: pip and its caches stay behind. The image is read-only friendly: everything is written below /data
# (and /tmp, give it a tmpfs): docker run --read-only --tmpfs /tmp -v concierge:/data --env-file .env IMAGE
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --no-input --disable-pip-version-check --only-binary :all: \
    --require-hashes -r requirements.lock
COPY src ./src
# Compiled now: a small machine would spend its first seconds on it, at every start.
RUN /venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /app/src /venv/lib

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    LOG_FORMAT=json
# By number, so that a platform can check that it is not root.
RUN groupadd --gid 10001 concierge \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin concierge \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
VOLUME /data
STOPSIGNAL SIGTERM
CMD ["python", "-m", "src", "run"]
