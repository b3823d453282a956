"""A comment and the pieces around it. What may happen to it stands in verdict.py and moderation.py."""

import re
from hashlib import blake2b
from typing import Literal

import msgspec

from service.domain.errors import Fault, Invalid, TextTooLong

Status = Literal["pending", "approved", "rejected", "spam", "removed"]
STATUSES: tuple[Status, ...] = ("pending", "approved", "rejected", "spam", "removed")
VerdictWord = Literal["ham", "unsure", "spam"]

MAX_TEXT = 10_000  # code points
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """One ground for a verdict: a code for programs, a sentence for people.

    `weight`: log-odds of spam that it adds, where it is one of the score. `span`: where in the text it stands, from a
    code point to before another.
    """

    code: str
    detail: str
    weight: float | None = None
    span: tuple[int, int] | None = None


class Author(msgspec.Struct, frozen=True):
    """Who wrote a comment, as the public sees it: a member, or a guest without id."""

    id: str | None
    name: str
    role: str


class Comment(msgspec.Struct, frozen=True):
    """One contribution to a thread. Times are milliseconds UTC."""

    id: str
    site_id: str
    thread_id: str
    parent_id: str | None
    author: Author
    text: str
    html: str
    status: Status
    created_at: int
    edited_at: int | None
    version: int
    score: float | None = None
    verdict: VerdictWord = "unsure"
    reasons: tuple[Reason, ...] = ()
    model_version: str | None = None
    removed_from: Status | None = None
    removed_by: Literal["author", "moderator"] | None = None
    public_text: str | None = None  # approved before the last edit; what readers see while this one is pending
    public_html: str | None = None
    public_edited_at: int | None = None

    @property
    def stands(self) -> bool:
        """Does an edit wait here, while the text that was approved before it stays public?"""
        return self.status == "pending" and self.public_text is not None

    @property
    def is_public(self) -> bool:
        """Do readers see a text of this comment?"""
        return self.status == "approved" or self.stands

    def as_published(self) -> "Comment":
        """The comment as readers see it: with the text that was approved, if an edit of it waits."""
        if not self.stands:
            return self
        assert self.public_text is not None
        assert self.public_html is not None
        return msgspec.structs.replace(
            self,
            text=self.public_text,
            html=self.public_html,
            edited_at=self.public_edited_at,
            status="approved",
            public_text=None,
            public_html=None,
            public_edited_at=None,
        )

    def as_seen_by(self, reader_id: str | None, moderates: bool) -> "Comment":
        """The comment with the text that is for this reader: an edit that waits is for its author and moderators."""
        return self if moderates or (reader_id is not None and reader_id == self.author.id) else self.as_published()

    def seen_by(self, reader_id: str | None, moderates: bool) -> Status | None:
        """The status that this reader sees; None: to him the comment does not exist.

        To its author a comment in spam reads pending, so that no one can tune spam against us.
        """
        if self.status == "approved" or moderates:
            return self.status
        if reader_id is None or reader_id != self.author.id or self.status == "removed":
            return "approved" if self.stands else None
        return "pending" if self.status == "spam" else self.status


def check_text(text: str) -> str:
    """The text of a comment if it can be one. Raises TextTooLong, or Invalid for an empty one and NUL."""
    if len(text) > MAX_TEXT:
        raise TextTooLong
    if "\x00" in text:
        raise Invalid([Fault("/text", "The text must not hold the NUL character.")])
    if not text or not ((text[0].isascii() and text[0].isalnum()) or _INVISIBLE.sub("", text)):
        raise Invalid([Fault("/text", "The text is empty: write something that can be seen.")])
    return text


def repeat_key(thread_id: str, parent_id: str | None, text: str) -> int:
    """What two sendings of the same comment by one author share: a signed 63-bit number (BLAKE2, RFC 7693)."""
    digest = blake2b(f"{thread_id}\n{parent_id or ''}\n{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
