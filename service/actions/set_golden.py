"""Puts a label aside for judging models by, or lets it teach again."""

import msgspec

from service.actions.resources import Resources
from service.domain.errors import NotAllowedNow, NotFound
from service.domain.member import Member
from service.domain.moderation import Label
from service.storage import comments, labels

MOST_GOLDEN = 500  # of a site: each is scored twice at every training


class GoldenComment(msgspec.Struct, frozen=True):
    """A comment that models are judged by, what they must say of it, and since when."""

    id: str
    label: Label
    text: str
    since: int


async def set_golden(res: Resources, actor: Member, comment_id: str, golden: bool) -> None:
    """Makes what was decided about a comment golden: no model is trained on it from now on, and all are judged by it.

    Raises NotFound; NotAllowedNow for a comment that no decision has called ham or spam, and where there are enough.
    """
    site_id = actor.site_id
    if await comments.find(res.db, site_id, comment_id) is None:
        raise NotFound
    if not golden:
        await res.db.write([labels.put_back(site_id, comment_id)])
        return
    try:
        await res.db.write([labels.put_aside(site_id, comment_id, res.now_ms(), MOST_GOLDEN)])
    except NotAllowedNow:
        raise NotAllowedNow(
            "Only what was approved or marked as spam can be golden: decide about this comment first."
            f" A site has {MOST_GOLDEN} of them at most."
        ) from None


async def golden_page(
    res: Resources, site_id: str, after: str | None, limit: int
) -> tuple[list[GoldenComment], str | None]:
    """Golden comments by their ids, and after which id there are more."""
    found = await labels.golden(res.db, site_id, after or "", limit + 1)
    page = [GoldenComment(one.row.label.comment_id, one.row.label.label, one.row.text, one.since) for one in found]
    return page[:limit], page[limit - 1].id if len(page) > limit else None
