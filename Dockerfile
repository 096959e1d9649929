# The desk, and the same program for scheduled ingests and audits; see docs/deployment.md.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY captions captions
COPY db db
RUN python -m venv /opt/captions \
    && /opt/captions/bin/pip install --no-cache-dir -c constraints.txt '.[desk,postgresql,dates,xlsx]'

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data captions
COPY --from=build /opt/captions /opt/captions
ENV PATH=/opt/captions/bin:$PATH PYTHONUNBUFFERED=1
USER captions
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/v1/health', timeout=4)"]
ENTRYPOINT ["captions"]
# Docker publishes only ports that a program opens to others; so the desk needs a user: see docs/deployment.md.
CMD ["desk", "--host", "0.0.0.0", "--port", "8000", "--address", "http://localhost:8000"]
