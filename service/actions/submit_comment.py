"""Takes a comment: evidence, score, verdict, one unit of work. The rules are domain/verdict.py's."""

from collections.abc import Callable

import msgspec

from service.actions.changes import Change, Changed
from service.actions.draft import Draft, Written, author_of, check_url, render
from service.actions.evidence import evidence
from service.actions.identify import Who
from service.actions.limits import Standing
from service.actions.notices import of_change
from service.actions.resources import Resources
from service.actions.spend_limits import give_back, spend_limits
from service.actions.weigh import Asked, Weighed, weigh
from service.domain import markup
from service.domain.audit import is_drawn
from service.domain.comment import Author, Comment, check_text, repeat_key
from service.domain.errors import Fault, Invalid, NotAllowedNow, RateLimited, StorageUnavailable
from service.domain.names import check_email
from service.domain.site import Site
from service.domain.thread import Thread, canonical_key, lookup_key
from service.domain.verdict import Evidence, Verdict, decide, refuse
from service.spam.facts import Sample
from service.storage import audits, comments, members, sites, threads
from service.storage.database import Outdated, Statement

_REPEAT_MS = 60_000
_NEVER = 2**62  # no comment was made after this
_TRIES = 4


class Submitted(msgspec.Struct, frozen=True):
    """What became of a submission. `repeated`: it had been sent before, within a minute; nothing new was stored."""

    comment: Comment
    repeated: bool
    limit: Standing | None = None


# Given the comment that is about to be stored, the statements that keep the answer to this call.
Keep = Callable[[Comment], list[Statement]]


async def submit_comment(res: Resources, who: Who, draft: Draft, keep: Keep) -> Submitted:
    """Judges and stores a comment, durably, before it returns.

    Raises the refusals of the verdict, Invalid, TextTooLong, RateLimited, StorageUnavailable; then nothing is stored.
    """
    site, key = who.site, canonical_key(draft.thread)
    check_text(draft.text)
    check_url(site, draft.url)
    author = await author_of(res, who, draft.guest)
    thread = await res.cache.thread(site.id, lookup_key(key)) or _new_thread(res, site, key, draft)
    facts = evidence(res, who, thread, draft.text)
    refuse(facts)
    limit, repeated = await _spend(res, who, thread, draft) if res.limits.on else (None, None)
    if repeated is not None:
        return Submitted(repeated, True)
    written = Written(draft, author, await render(draft.text, site.policy.link_rel))
    weighed = await weigh(res, _asked(who, draft, author, thread, facts.hold_at))
    for _ in range(_TRIES):
        comment = _comment(res, written, thread, decide(_complete(facts, written, weighed)), weighed)
        notices = await of_change(res, who.site, comment, None)
        try:
            await res.db.write([*_unit(who, comment, thread, draft), *keep(comment), *notices])
        except Outdated:
            who, thread, repeated = await _look_again(res, who, thread, key, draft)
            if repeated is not None:
                give_back(res, who)
                return Submitted(repeated, True, limit)
            facts = evidence(res, who, thread, draft.text)
        else:
            _tell(res, who, comment, thread, draft)
            if notices:
                res.changes.announce_queued()
            return Submitted(comment, False, limit)
    raise StorageUnavailable


def _complete(facts: Evidence, written: Written, weighed: Weighed) -> Evidence:
    """The evidence with what is dear to find out, and so found out last."""
    score = weighed.scored.score if weighed.scored else None
    return msgspec.structs.replace(facts, links=markup.count_links(written.html), score=score)


def _new_thread(res: Resources, site: Site, key: str, draft: Draft) -> Thread:
    now = res.now_ms()
    return Thread(
        res.ids.new(),
        site.id,
        key,
        draft.url,
        draft.title,
        None,
        None,
        # A page that is read has been published: a later time would keep it open for ever.
        None if draft.published_at is None else min(draft.published_at, now),
        now,
        count=0,
        version=0,
    )


async def _spend(res: Resources, who: Who, thread: Thread, draft: Draft) -> tuple[Standing | None, Comment | None]:
    """Takes one from each limit. Where a limit is reached, a double click is still only the comment it doubles."""
    try:
        return await spend_limits(res, who), None
    except RateLimited:
        repeated = await _find_repeat(res, who, lookup_key(thread.key), draft)
        if repeated is None:
            raise
        return None, repeated


async def _find_repeat(res: Resources, who: Who, looked_up: str, draft: Draft) -> Comment | None:
    """The comment that this draft sends again, if this member sent it within the last minute."""
    if who.member is None or draft.keyed:
        return None
    repeat_of = repeat_key(looked_up, draft.parent_id, draft.text)
    repeated = await comments.find_repeat(res.db, who.member.id, repeat_of, res.now_ms() - _REPEAT_MS)
    return await comments.find(res.db, who.site.id, repeated) if repeated else None


def _asked(who: Who, draft: Draft, author: Author, thread: Thread, hold_at: float) -> Asked:
    url = draft.guest.url if draft.guest else None
    sample = Sample(text=draft.text, author_name=author.name, author_url=url or "")
    return Asked(who.site.id, sample, who.member, author.id or who.address, thread.title, hold_at, draft.seconds)


def _comment(res: Resources, written: Written, thread: Thread, verdict: Verdict, weighed: Weighed) -> Comment:
    scored = weighed.scored
    return Comment(
        id=res.ids.new(),
        site_id=thread.site_id,
        thread_id=thread.id,
        parent_id=written.draft.parent_id,
        author=written.author,
        text=written.draft.text,
        html=written.html,
        status=verdict.status,
        created_at=res.now_ms(),
        edited_at=None,
        version=1,
        score=scored.score if scored else None,
        verdict=verdict.word,
        reasons=(*verdict.reasons, *weighed.clues),
        model_version=scored.model_version if scored else None,
    )


def _unit(who: Who, comment: Comment, thread: Thread, draft: Draft) -> list[Statement]:
    """The comment with all the numbers it moves, as one unit of work."""
    looked_up = lookup_key(thread.key)
    new = comments.NewComment(
        comment,
        looked_up,
        check_email(draft.guest.email) if draft.guest else None,
        draft.guest.url if draft.guest else None,
        repeat_key(looked_up, draft.parent_id, draft.text),
        _NEVER if draft.keyed else comment.created_at - _REPEAT_MS,
        who.site.policy.state,
        who.address if who.member is None else None,
    )
    unit = _page_told(thread, draft, looked_up, comment.created_at)
    unit.append(comments.adding(new, who.member.status if who.member else ""))
    if comment.status == "approved":
        unit.append(threads.counting_page(comment.site_id, looked_up, 1))
    unit.append(sites.counting(comment.site_id, comment.status, 1))
    unit.extend(members.recording(comment.author.id, comment.status, 1))
    if comment.status == "approved" and comment.verdict == "ham" and is_drawn(comment.id, _audited(who, comment)):
        unit.extend(audits.drawing(comment.site_id, comment.id, comment.created_at))
    return unit


def _page_told(thread: Thread, draft: Draft, looked_up: str, now: int) -> list[Statement]:
    """The page's thread, if this is its first comment; else what nobody before has told of the page."""
    if not thread.version:
        return [threads.adding(thread, looked_up)]
    published = None if draft.published_at is None else min(draft.published_at, now)
    told = ((thread.url, draft.url), (thread.title, draft.title), (thread.published_at, published))
    if not any(known is None and sent is not None for known, sent in told):
        return []
    return [threads.filling(thread, draft.url, draft.title, published)]


def _audited(who: Who, comment: Comment) -> float:
    """The share that is picked for a look: of what the model let pass, not of what moderators write themselves."""
    return 0.0 if any(one.code == "trusted-role" for one in comment.reasons) else who.site.policy.audit_share


async def _look_again(
    res: Resources, who: Who, thread: Thread, key: str, draft: Draft
) -> tuple[Who, Thread, Comment | None]:
    """After a guard failed: everything fresh from the database, and the comment itself if this was a repeat.

    Raises what the failed guard stood for where the evidence alone will not: the state of the parent.
    """
    site_id = who.site.id
    res.cache.forget_site(site_id)
    for place in {key, thread.key}:  # not the same where the thread has moved
        res.cache.forget_thread(site_id, lookup_key(place))
    fresh = await res.cache.thread(site_id, lookup_key(key)) or _new_thread(res, who.site, key, draft)
    site = await res.cache.site(site_id) or who.site
    member = who.member
    if member is not None:
        repeated = await _find_repeat(res, who, lookup_key(fresh.key), draft)
        if repeated is not None:
            return who, fresh, repeated
        res.cache.forget_member(site_id, member.id)
        member = await res.cache.member(site_id, member.id)
    if draft.parent_id is not None:
        _check_parent(await comments.find(res.db, site_id, draft.parent_id), fresh)
    return msgspec.structs.replace(who, site=site, member=member), fresh, None


def _check_parent(parent: Comment | None, thread: Thread) -> None:
    if parent is None or parent.thread_id != thread.id or not (parent.is_public or parent.status == "removed"):
        raise Invalid([Fault("/parent_id", "There is no such comment in this thread to answer.")])
    if parent.status == "removed":
        raise NotAllowedNow("The comment you are answering has been removed.")


def _tell(res: Resources, who: Who, comment: Comment, thread: Thread, draft: Draft) -> None:
    """Whoever keeps a page of this thread in memory learns of it; so does the cache, where the record matters."""
    member = who.member
    filled = thread.version and _page_told(thread, draft, "", comment.created_at)
    if filled:
        res.cache.forget_thread(comment.site_id, lookup_key(thread.key))
    shown = comment.status == "approved" or not thread.version or bool(filled)
    # The id of a thread that was new a moment ago may not be the one it got: then all of the site's pages go.
    thread_id = thread.id if thread.version else None
    changed = Changed(comment.id, comment.status, comment.version)
    res.changes.announce(Change(comment.site_id, thread_id, changed, shown))
    if shown and member is not None and member.approved_count < who.site.policy.first_comments_held:
        res.cache.forget_member(member.site_id, member.id)
