# The service and nothing else: exact versions with hashes, a user without rights, one volume for all data.
FROM python:3.11-slim

WORKDIR /app
COPY requirements/serve.txt requirements/
RUN pip install --no-cache-dir --require-hashes --requirement requirements/serve.txt
COPY pyproject.toml README.md LICENSE ./
COPY models models
COPY service service
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --system --uid 10001 greenroom \
    && install --directory --owner greenroom /data

USER greenroom
VOLUME /data
ENV GREENROOM_DATA=/data GREENROOM_HOST=0.0.0.0 GREENROOM_PORT=8080 PYTHONUNBUFFERED=1
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
ENTRYPOINT ["greenroom"]
CMD ["serve"]
