"""Gathers what the verdict goes by: the policy as it stands for the thread, the author's standing, the text's facts."""

import msgspec

from service.actions.identify import Who
from service.actions.resources import Resources
from service.domain import languages, words
from service.domain.member import why_not
from service.domain.thread import Thread
from service.domain.verdict import Evidence

# Used while no model is in service; nothing is scored then, so they never decide.
_NO_THRESHOLD = 1.0


def evidence(res: Resources, who: Who, thread: Thread, text: str) -> Evidence:
    """The evidence on a comment by this author in this thread; links and score are still to come."""
    policy, now = who.site.policy, res.now_ms()
    if thread.moderation is not None:
        policy = msgspec.structs.replace(policy, moderation=thread.moderation_now(policy))
    hold_at, spam_at = thresholds(res, policy.hold_at, policy.spam_at)
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


def thresholds(res: Resources, hold_at: float | None, spam_at: float | None) -> tuple[float, float]:
    """The two cuts on the score: the owner's where he has set them, else those of the model's card."""
    model = res.scorer.model
    if hold_at is None:
        hold_at = model.hold_at if model else _NO_THRESHOLD
    if spam_at is None:
        spam_at = model.spam_at if model else _NO_THRESHOLD
    return hold_at, max(hold_at, spam_at)
