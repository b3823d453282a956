"""Trains anew the models of sites whose own may not be loaded, as after an upgrade that makes models of other features.

On a site where little happens nobody else would: no label comes or goes there, and the shipped model serves on.
"""

import logging
from contextlib import suppress

from service.actions.resources import Resources
from service.actions.start_training import start_training
from service.domain.errors import AlreadyTraining, StorageUnavailable

_LOG = logging.getLogger("greenroom.learning")


async def replace_refused(res: Resources) -> None:
    """Begins a training of each site whose model was refused when models were last loaded, unless it trains by hand."""
    try:
        for site_id in res.models.refused:
            site = await res.cache.site(site_id)
            if site is not None and site.policy.retraining != "by_hand":
                with suppress(AlreadyTraining):
                    await start_training(res, site, "full", "schedule")
    except StorageUnavailable:
        _LOG.warning("The storage does not answer; models that may not be loaded are not trained anew by themselves.")
