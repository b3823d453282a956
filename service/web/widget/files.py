"""The widget's files, kept in memory, packed and plain. Pages of blogs name `/embed.js` for ever; it names all others
with their version, so that browsers may keep those for ever."""

import gzip
from hashlib import blake2b
from typing import NamedTuple

from aiohttp import web

from service.domain.errors import NotFound
from service.web.page_cache import Page, answer, page
from service.web.widget.parts import EMBED, sources, wearing

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_FOR_EVER = "public, max-age=31536000, immutable"
_FIVE_MINUTES = "public, max-age=300, stale-while-revalidate=86400"
_ASK = "public, no-cache"
_PACKED = 9  # the most that gzip can; once, at start


class _File(NamedTuple):
    """A file ready to send, as it is and packed."""

    plain: Page
    packed: Page


def _version(every: dict[str, bytes]) -> str:
    """One for all files: modules name each other by paths, so they change their address together."""
    digest = blake2b(digest_size=6)
    for name, text in every.items():
        digest.update(f"{name}\n{len(text)}\n".encode() + text)
    return digest.hexdigest()


_SOURCES = sources()
VERSION = _version(_SOURCES)


def _file(name: str, text: bytes, caching: str) -> _File:
    headers = {
        "Content-Type": _TYPES[name.rpartition(".")[2]],
        "Cache-Control": caching,
        "Access-Control-Allow-Origin": "*",  # modules are fetched by CORS; nothing in them is anybody's secret
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Timing-Allow-Origin": "*",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
        "Server": "greenroom",
    }
    packed = gzip.compress(text, _PACKED, mtime=0)
    return _File(page(text, headers), page(packed, {**headers, "Content-Encoding": "gzip"}))


_EMBED_FILE = _file(EMBED, wearing(_SOURCES.pop(EMBED), VERSION), _FIVE_MINUTES)
_KEPT = {name: _file(name, text, _FOR_EVER) for name, text in _SOURCES.items()}
_ASKED = {name: _file(name, text, _ASK) for name, text in _SOURCES.items()}


async def get_embed(request: web.Request) -> web.Response:
    """GET /embed.js: the widget, by the address that stands in the pages of blogs."""
    return _answer(_EMBED_FILE, request)


async def get_part(request: web.Request) -> web.Response:
    """GET /widget/{version}/{name}: a part of the widget; under another version's address to be asked about."""
    files = _KEPT if request.match_info["version"] == VERSION else _ASKED
    found = files.get(request.match_info["name"])
    if found is None:
        raise NotFound
    return _answer(found, request)


def _answer(file: _File, request: web.Request) -> web.Response:
    return answer(file.packed if _takes_packed(request) else file.plain, request)


def _takes_packed(request: web.Request) -> bool:
    """Does the browser take gzip (RFC 9110, section 12.5.3)? Whoever says nothing gets the file as it is."""
    offered = request.headers.get("Accept-Encoding", "").replace(" ", "").lower().split(",")
    weights = dict(one.partition(";q=")[::2] for one in offered)
    return "gzip" in weights and (weights["gzip"] == "" or weights["gzip"].strip("0.") != "")
