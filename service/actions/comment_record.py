"""Reads all that is known of one comment: its card, every decision about it, every text it had before."""

import msgspec

from service.actions.queue import Item, Revision, history, items_of
from service.actions.resources import Resources
from service.domain.errors import NotFound
from service.domain.moderation import Decision
from service.domain.site import Site
from service.storage import comments


class CommentRecord(msgspec.Struct, frozen=True):
    """A comment with its whole past, the oldest first."""

    item: Item
    decisions: list[Decision]
    revisions: list[Revision]


async def comment_record(res: Resources, site: Site, comment_id: str) -> CommentRecord:
    """The record of this comment. Raises NotFound."""
    comment = await comments.find(res.db, site.id, comment_id)
    if comment is None:
        raise NotFound
    (item,) = await items_of(res, site, [comment])
    return CommentRecord(item, *await history(res, site, comment_id))
