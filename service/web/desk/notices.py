"""What became of the last decision: how many comments, an undo, and what colleagues did in the meantime."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web

from service.actions.queue import Tallied, history, tally
from service.actions.resources import Resources
from service.domain.errors import NotFound
from service.domain.member import Member
from service.domain.moderation import Decision
from service.domain.site import Site
from service.web.desk.cards import DONE
from service.web.pages.rendering import counted

_MOST_TOLD = 20
_TAUGHT = {"spam": "spam", "ham": "good comments"}


class Done(NamedTuple):
    """What a decision did. Without decision_id there is nothing to take back."""

    words: str
    taught: str | None
    decision_id: str | None


class Refused(NamedTuple):
    """A comment that was left as it is, and the newest decision about it, if there is one."""

    comment_id: str
    latest: Decision | None


async def done(res: Resources, actor: Member, name: str | None) -> Done | None:
    """What the decision of this name did, read from the log rather than believed."""
    rows = await tally(res, actor, name) if name else []
    return _done(rows, name) if rows else None


def _done(rows: list[Tallied], name: str | None) -> Done:
    action = rows[0].action
    words = f"{counted(sum(one.comments for one in rows))} {DONE[action]}."
    return Done(words, _taught(rows), None if action in ("undo", "dismiss", "edit") else name)


def _taught(rows: list[Tallied]) -> str | None:
    """Which examples the spam model has from these decisions; none for what teaches nothing new."""
    new: Counter[str] = Counter()
    for one in rows:
        if one.to_label is not None and one.to_label != one.from_label:
            new[one.to_label] += one.comments
    if not new:
        return None
    return (
        "Kept for the spam model: "
        + ", ".join(f"{counted(count, 'example')} of {_TAUGHT[label]}" for label, count in new.items())
        + "."
    )


async def refused(res: Resources, site: Site, comment_ids: Sequence[str]) -> list[Refused]:
    """Those of the comments that exist, with what was decided about each last."""
    found = [await _refused(res, site, one) for one in comment_ids[:_MOST_TOLD]]
    return [one for one in found if one is not None]


async def _refused(res: Resources, site: Site, comment_id: str) -> Refused | None:
    try:
        past, _ = await history(res, site, comment_id)
    except NotFound:
        return None
    return Refused(comment_id, past[-1] if past else None)


def named(request: web.Request) -> list[str]:
    """The comments that the address names as left alone."""
    return [one for one in request.query.get("refused", "").split(".") if one]
