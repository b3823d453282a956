"""Tries a changed policy on the site's newest comments. Nothing is written; the sums are domain/hindsight.py's."""

import asyncio
from bisect import bisect_left
from typing import Any, NamedTuple

import msgspec

from service.actions.resources import Resources
from service.actions.set_policy import as_changed
from service.actions.set_thresholds import foreseen_thresholds
from service.domain import languages, markup, words
from service.domain.comment import Comment
from service.domain.hindsight import Hindsight, Past, in_hindsight
from service.domain.member import Member, why_not
from service.domain.site import Policy, Site, ThreadState
from service.domain.thread import Thread
from service.domain.verdict import Evidence
from service.storage import comments, hindsight, members, threads

_COMMENTS = 500


class _Known(NamedTuple):
    """What is known of the comments that are looked at."""

    comments: list[Comment]
    threads: dict[str, Thread]
    authors: dict[str, Member]
    first_approved: dict[str, list[str]]
    decided: set[str]


async def preview_policy(res: Resources, site: Site, changes: dict[str, Any]) -> Hindsight:
    """What the policy with these changes would have made of the site's last 500 comments. Raises Invalid."""
    policy = as_changed(res, site, changes)
    known = await _look(res, site, policy)
    hold_at, spam_at = await foreseen_thresholds(res, site, policy)

    def judged() -> Hindsight:
        return in_hindsight([_past(one, known, policy, hold_at, spam_at) for one in known.comments])

    return await asyncio.to_thread(judged)  # many texts against many words take their time


async def _look(res: Resources, site: Site, policy: Policy) -> _Known:
    ids = await hindsight.newest(res.db, site.id, _COMMENTS)
    found = await comments.many(res.db, site.id, ids)
    newest = [found[one] for one in ids if one in found]
    authors = sorted({c.author.id for c in newest if c.author.id is not None})
    wanted = policy.first_comments_held
    return _Known(
        newest,
        await threads.many(res.db, site.id, sorted({c.thread_id for c in newest})),
        await members.many(res.db, site.id, authors),
        await hindsight.first_approved(res.db, authors, wanted) if wanted else {},
        await hindsight.decided(res.db, ids),
    )


def _past(comment: Comment, known: _Known, policy: Policy, hold_at: float, spam_at: float) -> Past:
    thread = known.threads.get(comment.thread_id)
    author = known.authors.get(comment.author.id or "")
    if thread is not None:
        policy = msgspec.structs.replace(policy, moderation=thread.moderation_now(policy))
    evidence = Evidence(
        policy=policy,
        thread_state=_state_then(thread, policy, comment),
        thread_is_old=thread is not None and thread.is_old(policy, comment.created_at),
        not_allowed=why_not(policy, _as_let_in(author), comment.created_at),
        role=author.role if author is not None else None,
        approved_count=_approved_before(comment, known.first_approved),
        links=markup.count_links(comment.html),
        hold_words=words.found(policy.hold_words, comment.text),
        refuse_words=words.found(policy.refuse_words, comment.text),
        score=comment.score,
        hold_at=hold_at,
        spam_at=spam_at,
        other_script=languages.other_script(policy.languages, comment.text) if policy.languages else None,
    )
    key = thread.key if thread is not None else ""
    return Past(comment.id, key, comment.verdict, comment.status, comment.id in known.decided, evidence)


def _state_then(thread: Thread | None, policy: Policy, comment: Comment) -> ThreadState:
    """A thread's own word of today is no word of then, when it did take the comment: only the policy's is tried."""
    if thread is None or thread.state is not None:
        return "open"
    return thread.state_now(policy, comment.created_at)


def _as_let_in(author: Member | None) -> Member | None:
    """An author as he was when the comment was taken: whoever was suspended, banned or left since was active then."""
    if author is None or author.status == "invited":
        return author
    return msgspec.structs.replace(author, status="active")


def _approved_before(comment: Comment, first_approved: dict[str, list[str]]) -> int:
    """How many of the author's comments that are approved today came before, as far as the policy counts."""
    return bisect_left(first_approved.get(comment.author.id or "", []), comment.id)
