"""A card of the queue: one comment with all that a decision about it needs, in words. Pure."""

import re
from collections import Counter
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup

from service.actions.queue import AuthorRecord, Item
from service.actions.waiting import Alike
from service.domain.comment import Comment, Reason
from service.domain.difference import Segment, difference
from service.domain.moderation import Action, Decision
from service.domain.report import Report
from service.domain.thread import Thread
from service.web.desk.marking import marked, spans_of

_HREF = re.compile(r'<a href="([^"]*)"')

# What a calibrated score means to somebody who has to decide: (at least, words).
_SCORES: tuple[tuple[float, str], ...] = (
    (0.95, "almost certainly spam"),
    (0.8, "very likely spam"),
    (0.6, "more likely spam"),
    (0.4, "could be either"),
    (0.2, "more likely fine"),
    (0.05, "very likely fine"),
    (0.0, "almost certainly fine"),
)
BUTTONS: dict[Action, str] = {
    "approve": "Approve",
    "reject": "Reject",
    "mark_spam": "Spam",
    "remove": "Remove",
    "restore": "Restore",
}
DONE: dict[str, str] = {
    "approve": "approved",
    "reject": "rejected",
    "mark_spam": "marked as spam",
    "remove": "removed",
    "restore": "restored",
    "undo": "put back as before",
    "dismiss": "kept, its reports dismissed",
    "audit": "looked at and kept",
}
# What somebody did, in the log and in words about colleagues: "Olive rejected it".
DID: dict[str, str] = {
    "approve": "approved it",
    "reject": "rejected it",
    "mark_spam": "marked it as spam",
    "remove": "removed it",
    "restore": "restored it",
    "undo": "put it back as it was before",
    "edit": "edited it",
    "dismiss": "dismissed the reports of it",
    "audit": "looked at it and found it right",
}


# Why something is rejected, as the author reads it: (in short, in full).
REASONS: tuple[tuple[str, str], ...] = (
    ("Off topic", "It is not about what this page is about."),
    ("Rude", "It attacks somebody rather than what was said."),
    ("Advertising", "It advertises something."),
    ("Said already", "It says again what was said before."),
    ("Not clear", "It cannot be understood as it is written."),
    ("Private", "It tells something private about somebody."),
)


class Card(NamedTuple):
    """What stands on a card."""

    comment: Comment
    text: Markup  # with the pieces marked that moved the score
    marked: bool
    score: str
    links: str
    thread: Thread | None
    post: str
    answered: Comment | None
    before: list[Comment]
    after: list[Comment]
    record: AuthorRecord | None
    lately: list[Comment]  # others by the same author
    decisions: list[Decision]
    changed: list[Segment]  # what an edit that waits changes in the text that is public
    reports: list[Report]
    actions: tuple[Action, ...]
    alike: tuple[Alike, ...]  # others that wait and say nearly the same

    @property
    def choice(self) -> str:
        """The comment at the version that the moderator sees, as a form's value."""
        return f"{self.comment.id}:{self.comment.version}"

    @property
    def alike_choices(self) -> str:
        """Those that say nearly the same, as one value of a form."""
        return " ".join(f"{one.id}:{one.version}" for one in self.alike)

    @property
    def why(self) -> list[Reason]:
        """Why it waits."""
        return [one for one in self.comment.reasons if one.weight is None]

    @property
    def moved(self) -> list[Reason]:
        """What moved its score, the weightiest first."""
        return sorted((r for r in self.comment.reasons if r.weight is not None), key=lambda r: -abs(r.weight or 0.0))


def card(item: Item) -> Card:
    """An item of the queue as a card."""
    comment, near = item.comment, item.neighbours
    others = [one for one in near if one.id != comment.parent_id]
    spans = spans_of(comment)
    return Card(
        comment=comment,
        text=marked(comment.html, comment.text, spans),
        marked=bool(spans),
        score=score_words(comment.score),
        links=link_hosts(comment.html),
        thread=item.thread,
        post=_post(item.thread),
        answered=next((one for one in near if one.id == comment.parent_id), None),
        before=[one for one in others if one.id < comment.id],
        after=[one for one in others if one.id > comment.id],
        record=item.author_record,
        lately=_lately(item),
        decisions=item.decisions,
        changed=difference(comment.public_text or "", comment.text) if comment.stands else [],
        reports=item.reports,
        actions=item.allowed_actions,
        alike=tuple(one for one in item.group.comments if one.id != comment.id) if item.group is not None else (),
    )


def _lately(item: Item) -> list[Comment]:
    latest = item.author_record.latest if item.author_record is not None else []
    return [one for one in latest if one.id != item.comment.id and one.text]


def _post(thread: Thread | None) -> str:
    if thread is None:
        return "a page that is gone"
    return thread.title or thread.key


def score_words(score: float | None) -> str:
    """The score in words."""
    if score is None:
        return "not scored"
    return next(words for at_least, words in _SCORES if score >= at_least)


def link_hosts(html: str) -> str:
    """Where the links of a comment lead, whatever their words say: each host once, with the number of links."""
    hosts = Counter(_host(unescape(href)) for href in _HREF.findall(html))
    return ", ".join(host if count == 1 else f"{host} ({count})" for host, count in hosts.items())


def _host(href: str) -> str:
    if href.startswith("mailto:"):
        return "a mail address"
    try:
        return urlsplit(href).hostname or href[:80]
    except ValueError:  # an address with half a bracket
        return href[:80]
