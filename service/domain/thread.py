"""A thread (one page's discussion): its canonical key, and whether it takes comments now."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

import msgspec

from service.domain.errors import Fault, Invalid
from service.domain.site import Moderation, Policy, ThreadState

_MAX_KEY = 1_000
_USUAL = 200  # a key of usual length is worth remembering
_DAY_MS = 86_400_000
_ORIGIN = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.\-]*://[^/?#]*")
_INDEX = re.compile(r"/index\.html?$", re.IGNORECASE)
_UNSAFE = {"Cc", "Cs", "Cf", "Zl", "Zp", "Cn"}


class Thread(msgspec.Struct, frozen=True):
    """One page's discussion. `state` and `moderation` override the site's where they are set."""

    id: str
    site_id: str
    key: str
    url: str | None
    title: str | None
    state: ThreadState | None
    moderation: Moderation | None
    published_at: int | None
    created_at: int
    count: int
    version: int

    def state_now(self, policy: Policy, now_ms: int) -> ThreadState:
        """Open, closed or hidden at this moment: the thread's word, else the site's, else its age."""
        state = self.state or policy.state
        if state == "open" and self.state is None and self.is_past(policy.close_after_days, now_ms):
            return "closed"
        return state

    def as_now(self, policy: Policy, now_ms: int) -> "Thread":
        """The thread with the state that holds at this moment in place of its own word."""
        return msgspec.structs.replace(self, state=self.state_now(policy, now_ms))

    def moderation_now(self, policy: Policy) -> Moderation:
        """The thread's own word on moderation, else the site's."""
        return self.moderation or policy.moderation

    def is_old(self, policy: Policy, now_ms: int) -> bool:
        """Is the page so old that `sometimes` holds its comments? With 0 days every page is."""
        return policy.sometimes_after_days == 0 or self.is_past(policy.sometimes_after_days, now_ms)

    def is_past(self, days: int, now_ms: int) -> bool:
        """Is the page older than so many days? 0 days means: never past."""
        born = self.published_at if self.published_at is not None else self.created_at
        return days > 0 and now_ms - born > days * _DAY_MS


def merged(kept: Thread, gone: Thread) -> Thread:
    """The kept thread after the other has gone into it: its own words stand, the other's fill what it left open.

    The page is as old as the older of the two.
    """
    return msgspec.structs.replace(
        kept,
        url=kept.url if kept.url is not None else gone.url,
        title=kept.title if kept.title is not None else gone.title,
        state=kept.state or gone.state,
        moderation=kept.moderation or gone.moderation,
        published_at=kept.published_at if kept.published_at is not None else gone.published_at,
        created_at=min(kept.created_at, gone.created_at),
        count=kept.count + gone.count,
        version=kept.version + 1,
    )


def with_origin(url: str, old: str, new: str) -> str:
    """The url with its origin changed from the old (RFC 6454, in lower case) to the new; another's url as it is."""
    parts = url.split("/", 3)
    if "/".join(parts[:3]).lower() != old:
        return url
    return "/".join([new, *parts[3:]])


def canonical_key(raw: str, pointer: str = "/thread") -> str:
    """The path of a page as a key: no origin, query, fragment or index.html; percent-encoding in one form.

    Raises Invalid, naming what is wrong, for what can be no path.
    """
    return _remembered_key(raw, pointer) if len(raw) < _USUAL else _canonical_key(raw, pointer)


def _canonical_key(raw: str, pointer: str) -> str:
    path = _ORIGIN.sub("", raw.strip()).partition("#")[0].partition("?")[0]
    if path.startswith("//"):
        path = "/" + path.lstrip("/")
    key = _one_encoding(path if path.startswith("/") else "/" + path, pointer)
    key = _without_dots(key)
    key = _INDEX.sub("/", key)
    if not raw.strip() or len(key) > _MAX_KEY:
        raise Invalid([Fault(pointer, f"A page's path is needed, at most {_MAX_KEY} characters: /2020/06/a.html.")])
    return key


_remembered_key = lru_cache(maxsize=4_096)(_canonical_key)


def lookup_key(key: str) -> str:
    """What two spellings of one page share: the canonical key without its trailing slash."""
    return key.rstrip("/") or "/"


def _one_encoding(path: str, pointer: str) -> str:
    """Decodes what may stand plainly; an encoded slash, question mark, hash or percent stays apart from a plain one."""
    parts = re.split(r"(%(?:2[Ff]|3[Ff]|23|25))", path)
    try:
        plain = "".join(p.upper() if i % 2 else unquote_to_bytes(p).decode() for i, p in enumerate(parts))
    except UnicodeError:
        raise Invalid([Fault(pointer, "The path's percent-encoding must be UTF-8.")]) from None
    plain = unicodedata.normalize("NFC", plain)
    if any(unicodedata.category(c) in _UNSAFE for c in plain):
        raise Invalid([Fault(pointer, "The path must not hold control characters.")])
    return plain.replace(" ", quote(" "))


def _without_dots(path: str) -> str:
    """Dot segments removed (RFC 3986, section 5.2.4) and doubled slashes made one."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    ends_in_slash = segments[-1] in ("", ".", "..")
    return "/" + "/".join(kept) + ("/" if kept and ends_in_slash else "")
