"""Gathers what the verdict goes by: the policy as it stands for the thread, the author's standing, the text's facts."""

import msgspec

from service.actions.identify import Who
from service.actions.resources import Resources
from service.domain import languages, words
from service.domain.member import why_not
from service.domain.site import Policy
from service.domain.thread import Thread
from service.domain.verdict import Evidence

# Used while no model is in service; nothing is scored then, so they never decide.
_NO_THRESHOLD = 1.0


def evidence(res: Resources, who: Who, thread: Thread, text: str) -> Evidence:
    """The evidence on a comment by this author in this thread; links and score are still to come."""
    policy, now = who.site.policy, res.now_ms()
    if thread.moderation is not None:
        policy = msgspec.structs.replace(policy, moderation=thread.moderation_now(policy))
    hold_at, spam_at = thresholds(res, who.site.id, policy)
    return Evidence(
        policy=policy,
        thread_state=thread.state_now(policy, now),
        thread_is_old=thread.is_old(policy, now),
        not_allowed=why_not(policy, who.member, now),
        role=who.member.role if who.member is not None and who.member.moderates(now) else None,
        approved_count=who.member.approved_count if who.member is not None else 0,
        links=0,
        hold_words=words.found(policy.hold_words, text),
        refuse_words=words.found(policy.refuse_words, text),
        score=None,
        hold_at=hold_at,
        spam_at=spam_at,
        other_script=languages.other_script(policy.languages, text) if policy.languages else None,
    )


def thresholds(res: Resources, site_id: str, policy: Policy) -> tuple[float, float]:
    """The two cuts on the score: the owner's where he has set them, else those from the site's own history where he
    has asked for that, else those of the card of the model that serves the site.
    """
    hold_at, spam_at = told_thresholds(res, site_id, policy)
    hold_at = hold_at if policy.hold_at is None else policy.hold_at
    spam_at = spam_at if policy.spam_at is None else policy.spam_at
    return hold_at, max(hold_at, spam_at)


def told_thresholds(res: Resources, site_id: str, policy: Policy) -> tuple[float, float]:
    """The two cuts that hold where the owner sets none himself."""
    model = res.models.of(site_id) or res.scorer.model
    if model is None:
        return _NO_THRESHOLD, _NO_THRESHOLD
    own = res.models.cuts_of(site_id)
    if own is not None and (own.one_in, own.version) == (policy.honest_held_one_in, model.version):
        return own.hold_at, own.spam_at
    return model.hold_at, model.spam_at
