"""What a kind of letter is made of: whom it goes to, how it is composed, how many of it anybody may get."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from service.actions.resources import Resources
from service.domain.site import Site
from service.domain.thread import Thread
from service.outbox.mail import one_line
from service.outbox.rendering import disarmed, shortened
from service.storage.outbox import Event

MOST_SHOWN = 25  # comments in one letter


class Writing(NamedTuple):
    """What composing needs: what the service knows, and where readers reach it."""

    res: Resources
    public_url: str
    site: Site


class Draft(NamedTuple):
    """A letter before it is rendered: to whom, about what, by which template. None stands for no letter at all."""

    to: str
    subject: str
    template: str
    told: dict[str, Any]
    unsubscribe: str | None = None


class Spread(NamedTuple):
    """Who is to be told of an event: names for the outbox, and where to go on if these are not all."""

    recipients: Sequence[str]
    go_on: str | None = None


Compose = Callable[[Writing, str, Sequence[Event]], Awaitable[Draft | None]]


class Kind(NamedTuple):
    """A kind of letter. Without `spread` there is one recipient, whom `compose` finds by what the event is about."""

    compose: Compose
    spread: Callable[[Writing, Event], Awaitable[Spread]] | None = None
    together: bool = False  # what is due to the same recipient goes into one letter
    an_hour: int = 20  # letters of this kind to one address
    in_all: int = 600  # letters of this kind, an hour


class Page(NamedTuple):
    """A page in words and as a link."""

    title: str
    url: str


def page_of(writing: Writing, thread: Thread, comment_id: str | None = None) -> Page:
    """The page on the blog where we know it and it is still one of its pages, else ours."""
    ours = f"{writing.public_url}/sites/{writing.site.id}/thread?{urlencode({'key': thread.key})}"
    url = thread.url if thread.url and writing.site.allows_origin(_origin(thread.url)) else ours
    place = f"#comment-{comment_id}" if comment_id else ""
    title = disarmed(one_line(thread.title or thread.key))
    return Page(shortened(title, 100), url.partition("#")[0] + place)


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]).lower()
