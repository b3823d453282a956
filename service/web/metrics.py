"""GET /metrics: figures in the format of Prometheus, for callers on this machine, or whoever has the token."""

import hmac
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.actions.metrics import AllFigures, SiteFigures, figures
from service.domain.errors import NotSignedIn, StorageUnavailable
from service.domain.intervals import Share
from service.web.access import serving_of
from service.web.app_keys import RESOURCES, WATCHING
from service.web.contract import Ask, Content, Contract

_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


@Contract(
    Ask.ALL,
    {200: Content("text/plain", "Figures in the text format of Prometheus.")},
    problems=(NotSignedIn, StorageUnavailable),
)
async def get_metrics(request: web.Request) -> web.Response:
    """GET /metrics: for monitoring, from this machine or with GREENROOM_METRICS_TOKEN as the bearer token."""
    if not _may(request):
        raise NotSignedIn
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(await figures(request.app[RESOURCES], request.app[WATCHING])))
    headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store", "Server": "greenroom"}
    return web.Response(body=generate_latest(registry), headers=headers)


def _may(request: web.Request) -> bool:
    """With a token set only the token counts. Without one the caller must be on this machine, and no proxy of it."""
    token = serving_of(request).metrics_token
    if token is not None:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(sent, token.encode())
    forwarded = any(name in request.headers for name in _FORWARDED)
    return not forwarded and _is_loopback(request.remote or "") and _is_loopback(request.url.host or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class _Figures(Collector):
    """Hands figures that were gathered a moment ago to the library."""

    def __init__(self, found: AllFigures) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        """Every figure, each with the sites that have it."""
        ready = GaugeMetricFamily("greenroom_scorer_ready", "1 while comments are scored.")
        ready.add_metric([], float(self._found.scorer_ready))
        return [ready, *_of_comments(self._found.sites), *_of_models(self._found.sites)]


def _of_comments(sites: list[SiteFigures]) -> Iterator[Metric]:
    told = GaugeMetricFamily("greenroom_comments", "Comments by tab of the queue.", labels=["site", "tab"])
    for site in sites:
        for tab, count in sorted(site.comments.items()):
            told.add_metric([site.site, tab], count)
    yield told


def _of_models(sites: list[SiteFigures]) -> Iterator[Metric]:
    served = GaugeMetricFamily(
        "greenroom_model_in_service", "1 for the version in service.", labels=["site", "version"]
    )
    for site in sites:
        served.add_metric([site.site, site.model], 1)
    yield served
    yield _gauge("greenroom_training", "1 while a training runs.", [(s, float(s.training)) for s in sites])
    yield _gauge("greenroom_model_alarms", "Alarms about the model.", [(s, len(s.watch.alarms)) for s in sites])
    yield _gauge("greenroom_score_drift", "Population stability index of the newest scores against those before.",
                 [(s, s.watch.drift) for s in sites])  # fmt: skip
    yield _gauge("greenroom_held_ratio", "Share of the newest comments scored to be held.",
                 [(s, _ratio(s.watch.held)) for s in sites])  # fmt: skip
    yield _gauge("greenroom_reversal_ratio", "Share of decisions against a sure verdict.",
                 [(s, _ratio(s.watch.reversed)) for s in sites])  # fmt: skip
    yield _gauge("greenroom_calibration_error", "How far scores are off on average.",
                 [(s, s.watch.calibration_error) for s in sites])  # fmt: skip
    yield _gauge("greenroom_missed_spam_ratio", "Share of spam among audited published comments.",
                 [(s, _ratio(s.watch.missed_spam)) for s in sites])  # fmt: skip


def _gauge(name: str, sentence: str, values: list[tuple[SiteFigures, float | None]]) -> Metric:
    """A figure of each site that has it: what is unknown is left out, not told as 0."""
    told = GaugeMetricFamily(name, sentence, labels=["site"])
    for site, value in values:
        if value is not None:
            told.add_metric([site.site], value)
    return told


def _ratio(share: Share) -> float | None:
    return share.share
