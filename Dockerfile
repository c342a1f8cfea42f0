FROM python:3.13-slim AS build
WORKDIR /opt/tracker
# A compiler, because one pinned package has no wheel for every processor; it stays in this stage.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
COPY run requirements.lock ./
RUN ./run install
COPY alembic ./alembic
COPY scrapers ./scrapers
COPY tracker ./tracker
# The final root is read-only: what Python would compile at every start is compiled here.
RUN .venv/bin/python -m compileall -q -j 0 .venv/lib alembic scrapers tracker

FROM python:3.13-slim
LABEL org.opencontainers.image.title="llm-price-tracker" \
      org.opencontainers.image.description="Watches LLM price lists, keeps the evidence, and tells when a price really moved." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin tracker \
    && install -d -o tracker -g tracker /data
COPY --from=build /opt/tracker /opt/tracker
ENV PATH=/opt/tracker/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TRACKER_DATA_DIR=/data \
    TRACKER_LISTEN=0.0.0.0:8321
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8321
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["tracker", "health"]
ENTRYPOINT ["tracker"]
CMD ["up"]
