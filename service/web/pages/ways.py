"""Where a visitor is sent next: only to paths of this very service, whatever a link asks for."""

import re
from urllib.parse import quote

from service.actions.identify import Who

# One slash and no second; no backslash, which browsers read as a slash; no space or control, which they drop.
_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x20\x7f-\xa0]*")


def is_own_path(to: str) -> bool:
    """Is this a path on our own origin?"""
    return len(to) <= 2_000 and _PATH.fullmatch(to) is not None and to.isprintable()


def header_path(path: str) -> str:
    """The path percent-encoded for a Location header. Nothing is folded, so it stays the path that was checked."""
    return quote(path, safe="/?#[]@!$&'()*+,;=:%~")


def way_on(to: str, who: Who, demo_site: str | None) -> str:
    """The path asked for, if it is one of ours; else where this person would begin."""
    if is_own_path(to):
        return header_path(to)
    if who.moderates:
        return f"/sites/{who.site.id}/desk"
    return "/demo" if who.site.id == demo_site else f"/sites/{who.site.id}/thread?key=/"
