"""Decides about a comment by the link in a letter: as the moderator whom the letter went to, or who is signed in."""

from typing import NamedTuple

from service.actions.decide_comments import Choice, Result, decide_comments
from service.actions.identify import Who
from service.actions.letter_links import Deciding, deciding_right, holder
from service.actions.queue import Item, items_of
from service.actions.resources import Resources
from service.domain.errors import NotFound
from service.domain.member import Member
from service.domain.moderation import Action
from service.storage import comments


class Asked(NamedTuple):
    """What a letter's link asks about. `actor` None: whoever opened it has to sign in first, and sees nothing yet."""

    right: Deciding
    actor: Member | None
    item: Item | None

    @property
    def is_as_it_was(self) -> bool:
        """Is the comment still at the version that the letter showed?"""
        return self.item is not None and self.item.comment.version == self.right.version


async def asked(res: Resources, who: Who, token: str) -> Asked:
    """What the link asks about. Raises NotFound where it is not ours, its time is up, or the comment is gone."""
    right = deciding_right(res, who.site.id, token)
    if right is None:
        raise NotFound
    actor = await _actor(res, who, right)
    if actor is None:
        return Asked(right, None, None)
    found = await comments.find(res.db, who.site.id, right.comment)
    if found is None:
        raise NotFound
    (item,) = await items_of(res, who.site, [found])
    return Asked(right, actor, item)


async def _actor(res: Resources, who: Who, right: Deciding) -> Member | None:
    """Who is signed in as a moderator; else the moderator of the letter."""
    return who.member if who.moderates else await holder(res, right)


async def decide_by_letter(res: Resources, asked_for: Asked, action: Action, reason: str | None) -> Result:
    """Carries the action out on the version that the letter showed. Raises NotFound without an actor."""
    if asked_for.actor is None:
        raise NotFound
    choice = Choice(asked_for.right.comment, asked_for.right.version)
    _, (result,) = await decide_comments(res, asked_for.actor, action, [choice], reason)
    return result
