"""The typed keys under which app.py leaves what the handlers use."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from aiohttp import web

from service.actions.following import Following
from service.actions.presence import Presence
from service.actions.readiness import Ready
from service.actions.replays import Replays
from service.actions.resources import Resources
from service.actions.watch_models import Watching
from service.web.page_cache import PageCache


@dataclass(slots=True)
class Serving:
    """What the web layer needs to know about this process."""

    public_url: str
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    address_secret: bytes = b""
    demo_site: str | None = None
    metrics_token: str | None = None
    draining: bool = field(default=False)

    @property
    def secure(self) -> bool:
        """Is the service reached over https, so that cookies may say so?"""
        return self.public_url.startswith("https://")


RESOURCES = web.AppKey("RESOURCES", Resources)
SERVING = web.AppKey("SERVING", Serving)
READY = web.AppKey("READY", Ready)
PAGES = web.AppKey("PAGES", PageCache)
REPLAYS = web.AppKey("REPLAYS", Replays)
FOLLOWING = web.AppKey("FOLLOWING", Following)
WATCHING = web.AppKey("WATCHING", Watching)
PRESENCE = web.AppKey("PRESENCE", Presence)
