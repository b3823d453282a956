"""Takes one from each rate limit that holds for a person. What the limits are and how they fill up is limits.py's."""

from service.actions.identify import Who
from service.actions.limits import Policy, Standing
from service.actions.resources import Resources
from service.domain.ids import first_id_at
from service.storage import comments


async def spend_limits(res: Resources, who: Who) -> Standing | None:
    """What is left of the tightest limit; None where nothing is limited. Raises RateLimited."""

    async def posted_lately(since_ms: int, limit: int) -> int:
        assert who.member is not None
        return await comments.made_since(res.db, who.member.id, first_id_at(since_ms), limit)

    return await res.limits.spend(_limited_by(who), posted_lately) if res.limits.on else None


def give_back(res: Resources, who: Who) -> None:
    """Takes back what was spent on something that turned out to be done already."""
    res.limits.give_back(_limited_by(who))


def _limited_by(who: Who) -> dict[Policy, str]:
    keys: dict[Policy, str] = {"address": who.address, "site": who.site.id}
    if who.member is not None:
        keys["member"] = who.member.id
    return keys
