# One image for every service of docker-compose.yml; the command says which one a container is.
FROM python:3.13-slim

WORKDIR /srv/mingze
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/mingze && /opt/mingze/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY ledger ledger
COPY projections projections
COPY api api
RUN /opt/mingze/bin/pip install --no-cache-dir --no-deps . && rm -rf /srv/mingze/*
COPY deploy/make-secrets /usr/local/bin/make-secrets

RUN useradd --system --uid 10001 --home-dir /var/lib/mingze --create-home mingze \
    && install -d -o mingze -g mingze /var/lib/mingze/data && install -d -m 711 /secrets /secrets/admin /secrets/api
ENV PATH=/opt/mingze/bin:$PATH MINGZE_DATA=/var/lib/mingze/data PYTHONUNBUFFERED=1
USER mingze
ENTRYPOINT ["mingze"]
CMD ["--help"]
