"""Forgets what a site keeps only for a time: where guests came from, the texts of what was rejected or removed."""

import asyncio
from contextlib import suppress

from service.actions.resources import Resources
from service.domain.comment import Comment
from service.domain.errors import StaleDecision
from service.domain.ids import first_id_at
from service.domain.site import Site
from service.storage import decisions, guests, models, reports, revisions, sites, texts

_DAY_MS = 86_400_000
_PORTION = 200


async def forget_old(res: Resources) -> None:
    """Forgets, on every site, what has had the time that the site's policy gives it."""
    for site in await sites.every(res.db):
        await _forget_addresses(res, site)
        since = res.now_ms() - site.policy.ip_retention_days * _DAY_MS
        await res.db.write([reports.forgetting_visitors(site.id, since)])
        if site.policy.rejected_retention_days:
            await _empty_refused(res, site)


async def _forget_addresses(res: Resources, site: Site) -> None:
    before = first_id_at(res.now_ms() - site.policy.ip_retention_days * _DAY_MS)
    while portion := await guests.known_before(res.db, site.id, before, _PORTION):
        await res.db.write([guests.forgetting(one) for one in portion])


async def _empty_refused(res: Resources, site: Site) -> None:
    since = res.now_ms() - site.policy.rejected_retention_days * _DAY_MS
    after, before = "", first_id_at(since)
    while portion := await texts.long_refused(res.db, site.id, since, (after, before), _PORTION):
        await asyncio.gather(*[_empty(res, one) for one in portion])
        after = portion[-1].id


async def _empty(res: Resources, seen: Comment) -> None:
    with suppress(StaleDecision):  # somebody has just decided about it, so it stays
        untaught = [decisions.unlabelling(seen.id), models.erasing(seen.id)]
        await res.db.write([texts.emptying(seen), *revisions.erasing(seen.id), *untaught])
