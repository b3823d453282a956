"""Sets the cuts on the score from a site's own history, where its owner has asked for so many honest comments held."""

import msgspec

from service.actions.evidence import thresholds
from service.actions.resources import Resources
from service.actions.scored_history import scored_history
from service.domain.simulation import Judged
from service.domain.site import Policy, Site
from service.domain.thresholds import MOST_HONEST, Thresholds, choose
from service.spam.scorer import Scores
from service.storage import models
from service.storage.database import Statement
from service.storage.models import OwnThresholds


async def follow_policy(res: Resources, site: Site, policy: Policy) -> None:
    """Sets the cuts anew, if the policy asks for what they are not yet set for."""
    model, own = res.models.of(site.id) or res.scorer.model, res.models.cuts_of(site.id)
    if policy.honest_held_one_in is None or model is None:
        return
    if own is None or (own.one_in, own.version) != (policy.honest_held_one_in, model.version):
        await set_thresholds(res, site.id, policy.honest_held_one_in, model)


async def renew_thresholds(res: Resources, site: Site, age_ms: int) -> None:
    """Sets the cuts anew where the site has asked for that and they are older: its history goes on."""
    own, model = res.models.cuts_of(site.id), res.models.of(site.id) or res.scorer.model
    one_in = site.policy.honest_held_one_in
    if one_in is not None and model is not None and (own is None or res.now_ms() - own.created_at > age_ms):
        await set_thresholds(res, site.id, one_in, model)


async def foreseen_thresholds(res: Resources, site: Site, policy: Policy) -> tuple[float, float]:
    """The cuts that would hold under this policy, which is only being tried."""
    model, own = res.models.of(site.id) or res.scorer.model, res.models.cuts_of(site.id)
    one_in = policy.honest_held_one_in
    if one_in is None or model is None or (own is not None and (own.one_in, own.version) == (one_in, model.version)):
        return thresholds(res, site.id, policy)
    chosen = from_history(await _history(res, site.id, model), one_in, (model.hold_at, model.spam_at))
    return chosen.hold.at, chosen.spam.at


async def set_thresholds(res: Resources, site_id: str, one_in: int, model: Scores) -> Thresholds:
    """Chooses the cuts for this model on the site's history, and puts them in place."""
    chosen = from_history(await _history(res, site_id, model), one_in, (model.hold_at, model.spam_at))
    await res.db.write([keeping(site_id, model.version, chosen, res.now_ms())])
    await res.models.refresh(res.db)
    return chosen


async def _history(res: Resources, site_id: str, model: Scores) -> list[Judged]:
    trained = await models.find(res.db, site_id, model.version)
    return await scored_history(res.db, res.scores, site_id, model, trained)


def from_history(history: list[Judged], one_in: int, card: tuple[float, float]) -> Thresholds:
    """The cuts that this history allows. Whoever was published and never objected to counts as honest."""
    honest = [one.score for one in history if one.truth == "ham"]
    return choose(honest[:MOST_HONEST], one_in, card)


def keeping(site_id: str, version: str, chosen: Thresholds, now_ms: int) -> Statement:
    """Puts these cuts in place for this model of the site's."""
    basis = msgspec.json.encode({**msgspec.to_builtins(chosen), "words": chosen.words}).decode()
    return models.setting_thresholds(
        OwnThresholds(site_id, version, chosen.one_in, chosen.hold.at, chosen.spam.at, basis, now_ms)
    )
