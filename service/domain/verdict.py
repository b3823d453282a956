"""What becomes of a submitted comment: an ordered tuple of pure checks over one record of evidence.

Read REFUSALS and then CHECKS from the top: the first that finds something decides, the others only add their reasons.
Gathering the evidence is not here (actions/evidence.py), nor is what moderators may do later (moderation.py).
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from service.domain.comment import Reason, Status, VerdictWord
from service.domain.errors import NotFound, Refusal, RefusedWords, ThreadClosed
from service.domain.member import Role
from service.domain.site import Policy, ThreadState


class Evidence(msgspec.Struct, frozen=True):
    """All that is known of a comment before it is judged."""

    policy: Policy
    thread_state: ThreadState
    thread_is_old: bool  # older than the policy's sometimes_after_days
    not_allowed: type[Refusal] | None  # why this author may not comment, if so
    role: Role | None  # None: a guest
    approved_count: int  # the author's approved comments so far
    links: int
    hold_words: tuple[str, ...]  # those of the policy's that the text holds
    refuse_words: tuple[str, ...]
    score: float | None  # calibrated probability of spam; None: the model was missing, slow or broken
    hold_at: float
    spam_at: float
    other_script: str | None = None  # of most of the text, where none of the policy's languages uses it


class Finding(NamedTuple):
    """What one check has to say: the status it asks for (or the refusal), and the reason for it."""

    outcome: Status | type[Refusal]
    reason: Reason


class Verdict(msgspec.Struct, frozen=True):
    """The status a comment gets, the word for it, and every reason that applied."""

    status: Status
    word: VerdictWord
    reasons: tuple[Reason, ...]


Check = Callable[[Evidence], Finding | None]

_HIDDEN = Finding(NotFound, Reason("thread-hidden", "The thread is hidden."))
_CLOSED = Finding(ThreadClosed, Reason("thread-closed", "The thread takes no new comments."))
_TRUSTED = Finding("approved", Reason("trusted-role", "The author moderates this site."))
_UNSCORED = Finding("pending", Reason("unscored", "The spam model did not answer in time, so a person decides."))
_ALWAYS = Finding("pending", Reason("moderation-always", "Every comment is looked at before it is published."))
_OLD = Finding("pending", Reason("old-thread", "The page is older than the policy lets comments appear at once."))


def hidden_thread(e: Evidence) -> Finding | None:
    return _HIDDEN if e.thread_state == "hidden" else None


def closed_thread(e: Evidence) -> Finding | None:
    return _CLOSED if e.thread_state == "closed" else None


def not_allowed(e: Evidence) -> Finding | None:
    if e.not_allowed is None:
        return None
    return Finding(e.not_allowed, Reason("not-allowed", e.not_allowed.detail))


def refused_words(e: Evidence) -> Finding | None:
    if not e.refuse_words:
        return None
    return Finding(RefusedWords, Reason("refuse-word", f"Refused words: {', '.join(e.refuse_words)}."))


def trusted_role(e: Evidence) -> Finding | None:
    return _TRUSTED if e.role in ("moderator", "owner") else None


def unscored(e: Evidence) -> Finding | None:
    return _UNSCORED if e.score is None else None


def spam_score(e: Evidence) -> Finding | None:
    if e.score is None or e.score < e.spam_at:
        return None
    return Finding("spam", Reason("score-spam", f"Probability of spam {e.score:.2f}, at or above {e.spam_at:.2f}."))


def always(e: Evidence) -> Finding | None:
    return _ALWAYS if e.policy.moderation == "always" else None


def hold_words(e: Evidence) -> Finding | None:
    if not e.hold_words or e.policy.moderation == "never":
        return None
    return Finding("pending", Reason("hold-word", f"Words to look at: {', '.join(e.hold_words)}."))


def too_many_links(e: Evidence) -> Finding | None:
    if e.links <= e.policy.max_links or e.policy.moderation == "never":
        return None
    return Finding("pending", Reason("too-many-links", f"{e.links} links; at most {e.policy.max_links} go unseen."))


def other_language(e: Evidence) -> Finding | None:
    if e.other_script is None or e.policy.moderation == "never":
        return None
    detail = f"Mostly in {e.other_script} letters; the languages here are {', '.join(e.policy.languages)}."
    return Finding("pending", Reason("other-language", detail))


def first_comments(e: Evidence) -> Finding | None:
    wanted = e.policy.first_comments_held
    if e.approved_count >= wanted or e.policy.moderation == "never":
        return None
    detail = f"{e.approved_count} of the author's comments approved so far; the first {wanted} are looked at."
    return Finding("pending", Reason("first-comments", detail))


def doubtful_score(e: Evidence) -> Finding | None:
    if e.score is None or not e.hold_at <= e.score < e.spam_at or e.policy.moderation == "never":
        return None
    return Finding("pending", Reason("score-hold", f"Probability of spam {e.score:.2f}, at or above {e.hold_at:.2f}."))


def old_thread(e: Evidence) -> Finding | None:
    return _OLD if e.policy.moderation == "sometimes" and e.thread_is_old else None


# Refused: nothing is stored, and the text is not even scored.
REFUSALS: tuple[Check, ...] = (
    hidden_thread,
    closed_thread,
    not_allowed,
    refused_words,
)

CHECKS: tuple[Check, ...] = (
    # those who moderate are believed
    trusted_role,
    # the model's two strong words, under every policy
    unscored,
    spam_score,
    # held for a moderator; `never` skips all of these but the first
    always,
    hold_words,
    too_many_links,
    other_language,
    first_comments,
    doubtful_score,
    old_thread,
)

_PUBLISHED = Verdict("approved", "ham", ())
_WORDS: dict[str, VerdictWord] = {"approved": "ham", "pending": "unsure", "spam": "spam"}


def refuse(evidence: Evidence) -> None:
    """Raises the first Refusal that this evidence calls for. It needs no score."""
    for check in REFUSALS:
        finding = check(evidence)
        if finding is not None:
            assert not isinstance(finding.outcome, str)
            raise finding.outcome(*_words_of(finding))


def decide(evidence: Evidence) -> Verdict:
    """The verdict on this evidence. Raises the Refusal that the evidence calls for, if it calls for one."""
    refuse(evidence)
    return judge(evidence)


def judge(evidence: Evidence) -> Verdict:
    """The verdict on evidence that calls for no refusal."""
    findings = [finding for check in CHECKS if (finding := check(evidence)) is not None]
    if not findings:
        return _PUBLISHED
    status = findings[0].outcome
    assert isinstance(status, str)
    return Verdict(status, _WORDS[status], tuple(finding.reason for finding in findings))


def _words_of(finding: Finding) -> tuple[str, ...]:
    """The refusal's own sentence, but for refused words, which are named so that the author can mend the text."""
    return (finding.reason.detail,) if finding.outcome is RefusedWords else ()
