# Two images: `database` is PostgreSQL, made and served by our own few lines; the last one is every other service of
# docker-compose.yml, and the command says which.
FROM postgres:18 AS database
COPY deploy/start-database /usr/local/bin/
# like the other image: whichever is started first gives a new volume its owner
RUN install -d -o 10001 -g 10001 -m 711 /secrets /secrets/admin
USER postgres
STOPSIGNAL SIGINT
ENTRYPOINT ["start-database"]

FROM python:3.13-slim
RUN groupadd --gid 10001 mingze && useradd --uid 10001 --gid 10001 --home-dir /var/lib/mingze --create-home mingze \
    && install -d -o mingze -g mingze -m 711 /secrets /secrets/admin /secrets/api \
    && install -d -o mingze -g mingze /var/lib/mingze/data
ENV PATH=/opt/mingze/bin:$PATH MINGZE_DATA=/var/lib/mingze/data PYTHONUNBUFFERED=1
WORKDIR /srv/mingze
# a mirror of the package index, and the certificates of whoever stands in between: see docs/running.md
ARG PIP_INDEX_URL PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock ./
RUN --mount=type=secret,id=certificates \
    if grep -q BEGIN /run/secrets/certificates; then export PIP_CERT=/run/secrets/certificates; fi \
    && python -m venv /opt/mingze && pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY ledger ledger
COPY projections projections
COPY api api
RUN --mount=type=secret,id=certificates \
    if grep -q BEGIN /run/secrets/certificates; then export PIP_CERT=/run/secrets/certificates; fi \
    && pip install --no-deps . && rm -rf /srv/mingze/*
COPY deploy/make-secrets /usr/local/bin/
WORKDIR /var/lib/mingze
USER 10001:10001
ENTRYPOINT ["mingze"]
CMD ["--help"]
