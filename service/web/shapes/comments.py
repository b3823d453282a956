"""Comments over the wire: what is posted, and a comment as the one who asks sees it."""

from typing import Annotated, Any, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from service.actions.identify import Who
from service.domain.comment import MAX_TEXT, Author, Comment, Status
from service.domain.moderation import Remover
from service.web.bodies import Body, Email, Id, Line, Url
from service.web.times import Time, rfc3339, rfc3339_or_none

# Told here, checked by the domain: what is too long is refused with a code of its own.
Text = Annotated[
    str,
    Meta(
        description="Markdown, at most 10,000 code points, some of which can be seen.",
        extra_json_schema={"minLength": 1, "maxLength": MAX_TEXT},
    ),
]


class GuestBody(Body, frozen=True):
    """A visitor's word for who he is, where anyone may comment."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    email: Email | None = None
    url: Url | None = None


class CommentBody(Body, frozen=True):
    """A comment to post. `url`, `title` and `published_at` tell of its page; the first that are sent stay."""

    thread: Annotated[
        Line, Meta(description="The page's path, like /2020/06/post.html.", extra_json_schema={"minLength": 1})
    ]
    text: Text
    parent_id: Id | None = None
    url: Annotated[Url, Meta(description="Where the page is, on one of the site's origins.")] | None = None
    title: Line | None = None
    published_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})] | None = None
    author: GuestBody | None = None
    seconds: (
        Annotated[float, Meta(ge=0, description="From the page's load to the sending; a clue, no more.")] | None
    ) = None


class EditBody(Body, frozen=True):
    """The text that is to stand in place of the comment's."""

    text: Annotated[str, Meta(description="Markdown, at most 10,000 code points.")]


class PreviewBody(Body, frozen=True):
    """A text to be shown as it would look."""

    text: Text


class PreviewTold(Struct, frozen=True):
    """How the text would look."""

    html: str


class AuthorTold(Struct, frozen=True):
    """Who wrote a comment, as everybody may know him. A guest has no id."""

    id: str | None
    name: str
    avatar_url: str | None
    role: str


class CommentTold(Struct, frozen=True):
    """A comment with the status that its reader sees. Of a tombstone text and html are null."""

    id: str
    parent_id: str | None
    author: AuthorTold
    text: str | None
    html: str | None
    status: Status
    created_at: Time
    edited_at: Time | None
    version: int
    removed_by: Annotated[Remover | None, Meta(description="Only on tombstones.")] | UnsetType = UNSET


C = TypeVar("C", bound=CommentTold)


def author_told(author: Author) -> AuthorTold:
    """The author as everybody may know him."""
    return AuthorTold(author.id, author.name, None, author.role)


def comment_as(shape: type[C], comment: Comment, status: Status, bare: bool = False, **more: Any) -> C:
    """A comment in this shape, under the status that its reader sees; `bare` leaves the text out, as of a tombstone."""
    return shape(
        comment.id,
        comment.parent_id,
        author_told(comment.author),
        None if bare else comment.text,
        None if bare else comment.html,
        status,
        rfc3339(comment.created_at),
        rfc3339_or_none(comment.edited_at),
        comment.version,
        **more,
    )


def comment_told(comment: Comment, status: Status) -> CommentTold:
    """A comment, whole, under the status that its reader sees."""
    return comment_as(CommentTold, comment, status)


def seen_comment(comment: Comment, who: Who) -> CommentTold:
    """A comment as this reader sees it; to readers a removed one is a tombstone."""
    reader_id = who.member.id if who.member else None
    status = comment.seen_by(reader_id, who.moderates)
    if status is None:
        return comment_as(CommentTold, comment, "removed", bare=True)
    return comment_told(comment.as_seen_by(reader_id, who.moderates), status)


def listed_comment(comment: Comment, who: Who) -> CommentTold:
    """A comment in a thread: a removed one is a tombstone for everybody, moderators too."""
    if comment.status == "removed":
        return comment_as(CommentTold, comment, "removed", bare=True, removed_by=comment.removed_by)
    return seen_comment(comment, who)


def posted_comment(comment: Comment, who: Who) -> CommentTold:
    """To a guest, who has no id to be known by, his own comment is told as to a member: spam reads pending."""
    if comment.author.id is None:
        return comment_told(comment, "pending" if comment.status == "spam" else comment.status)
    return seen_comment(comment, who)
