"""Which view of the queue is asked for, and links that keep to it: status, search, order, page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from service.actions.queue import Position, QueueRequest, Tab
from service.actions.queue import Sort as Order
from service.domain.moderation import TRANSITIONS, Action
from service.domain.search import parse
from service.web.paging import cursor_of
from service.web.parameters import choice_of
from service.web.queue import list_of

TABS: tuple[Tab, ...] = ("pending", "reported", "spam", "audit", "approved", "rejected", "removed")
NAMES: dict[Tab, str] = {
    "pending": "Pending",
    "reported": "Reported",
    "spam": "Spam",
    "audit": "Audit",
    "approved": "Approved",
    "rejected": "Rejected",
    "removed": "Removed",
}
_PER_PAGE, _MANY = 30, 200
_PUBLISHED: tuple[Tab, ...] = ("approved", "reported", "audit")
_ORDERS: dict[Order, str] = {
    "oldest": "Oldest first",
    "newest": "Newest first",
    "riskiest": "Riskiest first",
    "uncertain": "Most uncertain first",
}


@dataclass(frozen=True, slots=True)
class View:
    """One view of a site's queue."""

    site_id: str
    status: Tab
    order: Order
    cursor: str | None = None
    q: str = ""
    many: bool = False  # 200 on a page, so that all of them can be ticked
    to: str | None = None  # where the answer to a form leads, if not back to the queue

    def link(self, **other: str | None) -> str:
        """The desk with this view, or one that differs in what is named."""
        return f"/sites/{self.site_id}/desk?{self._query(other)}"

    def form(self, act: str) -> str:
        """Where a form of this view is sent, so that the answer comes back to it."""
        return f"/sites/{self.site_id}/desk/{act}?{self._query({'cursor': self.cursor, 'to': self.to})}"

    def _query(self, other: dict[str, str | None]) -> str:
        told = {"status": self.status, "q": self.q, "sort": self.order, "many": "1" if self.many else "", **other}
        return urlencode({name: value for name, value in told.items() if value})

    @property
    def orders(self) -> dict[Order, str]:
        """The orders that make sense here: what is published is not sorted by risk."""
        by_time = self.status in _PUBLISHED and "status:" not in self.q
        return {o: words for o, words in _ORDERS.items() if not by_time or o in ("oldest", "newest")}

    @property
    def actions(self) -> list[Action]:
        """What may be done with every comment of this status; what is reported or in the sample is published."""
        if self.q:
            return list(TRANSITIONS)  # a search may name other statuses
        status = "approved" if self.status in _PUBLISHED else self.status
        return [action for action, transition in TRANSITIONS.items() if status in transition.sources]


def view_of(request: web.Request, site_id: str) -> View:
    """The view that the query asks for. What waits is shown in the order of its coming, the rest newest first."""
    status = choice_of(request, "status", TABS)
    waits = status in ("pending", "reported", "audit")
    first: tuple[Order, ...] = ("oldest", "newest") if waits else ("newest", "oldest")
    order: Order = choice_of(request, "sort", (*first, "riskiest", "uncertain"))
    return View(
        site_id, status, order, request.query.get("cursor"), request.query.get("q", "").strip(), "many" in request.query
    )


def wanted(request: web.Request, view: View) -> QueueRequest:
    """The page of the queue for this view. Raises BadCursor; Invalid for a search that cannot be understood."""
    search = parse(view.q) if view.q else None
    cursor = cursor_of(request, cursor_kind(view))
    after = Position(cursor.id, cursor.value) if cursor else None
    return QueueRequest(view.status, view.order, after, _MANY if view.many else _PER_PAGE, search)


def cursor_kind(view: View) -> str:
    """The list that a cursor belongs to: the same as over the API."""
    return list_of(view.status, view.order, view.q)
