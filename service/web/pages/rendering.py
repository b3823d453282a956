"""From a template and what it is told to an answer with strict headers. What to tell stands with each page."""

import re
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.domain.comment import Comment
from service.web.times import rfc3339

_FOLDER = Path(__file__).parent
_DESK = _FOLDER.parent / "desk"  # whose scripts stand beside their handlers
_IMPORTED = re.compile(rb'(?<=from ")\./\w+\.js')

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Cookie",
    "Server": "greenroom",
}
_OUR_SCRIPT = HEADERS["Content-Security-Policy"] + "; script-src 'self'"
# The desk's scripts also ask for more, and nothing in them may make markup or code of text (Trusted Types, W3C).
_DESK_SCRIPT = _OUR_SCRIPT + "; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
PUBLIC = {**HEADERS, "Cache-Control": "no-cache"}  # may be kept, must be asked about


def readable(time_ms: int) -> str:
    """A moment for people: 23 November 2026, 08:15 UTC."""
    moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def cleaned(comment: Comment) -> Markup:
    """A comment's HTML, the only one that is not escaped: domain/markup.py has cleaned it."""
    return Markup(comment.html)  # noqa: S704 - see above


def shortly(time_ms: int) -> str:
    """The same in short, for lists: 23 Nov 2026, 08:15."""
    moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M}"


def day(time_ms: int) -> str:
    """The day alone, where the hour tells nothing: 23 Nov 2026."""
    return shortly(time_ms).partition(",")[0]


def counted(count: int, noun: str = "comment") -> str:
    """1 comment, 2 comments."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def asset(name: str) -> bytes:
    """The bytes of a file that pages refer to. The desk's scripts import each other by the URLs of their version."""
    folder, _, file = name.rpartition("/")
    if folder != "desk":
        return (_FOLDER / file).read_bytes()
    return _IMPORTED.sub(rf"\g<0>?v={_version_of_scripts()}".encode(), (_DESK / file).read_bytes())


def asset_url(name: str) -> str:
    """The URL of a file that pages refer to; it changes with the file, so that the file may be kept for ever."""
    return f"/{name}?v={_version_of_scripts() if name.startswith('desk/') else _version(asset(name))}"


@cache
def _version_of_scripts() -> str:
    """Of all together: a script that is kept for ever names the version of those that it imports."""
    return _version(b"".join(script.read_bytes() for script in sorted(_DESK.glob("*.js"))))


def _version(content: bytes) -> str:
    return blake2b(content, digest_size=6).hexdigest()


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(rfc3339=rfc3339, readable=readable, shortly=shortly, day=day, cleaned=cleaned, counted=counted)
    made.globals["asset_url"] = asset_url
    return made


_TEMPLATES = _environment()


def render(template: str, told: dict[str, Any]) -> bytes:
    """The page as bytes."""
    return _TEMPLATES.get_template(template).render(told).encode()


def html(template: str, told: dict[str, Any], status: int = 200) -> web.Response:
    """A page for the one who asked and nobody else."""
    return web.Response(status=status, body=render(template, told), headers=HEADERS)


def scripted(response: web.Response) -> web.Response:
    """Lets a page run scripts of ours, served by us. No other page runs any."""
    response.headers["Content-Security-Policy"] = _OUR_SCRIPT
    return response


def desk_html(template: str, told: dict[str, Any], status: int = 200) -> web.Response:
    """A page of the desk: the same, and it may run the desk's scripts."""
    response = html(template, told, status)
    response.headers["Content-Security-Policy"] = _DESK_SCRIPT
    return response


def see_other(location: str) -> web.Response:
    """Sends the browser on, with GET (RFC 9110, section 15.4.4)."""
    return web.Response(status=303, headers={"Location": location, "Cache-Control": "no-store", "Server": "greenroom"})
