"""Puts a new text in place of a comment's: evidence, score and verdict as for a new one, one unit of work.

Who may edit when, and what becomes of the status, is domain/editing.py's.
"""

from typing import NamedTuple

import msgspec

from service.actions.changes import Change, Changed
from service.actions.draft import check_author, render
from service.actions.evidence import evidence, thresholds
from service.actions.identify import Who
from service.actions.limits import Standing
from service.actions.notices import of_change
from service.actions.resources import Resources
from service.actions.spend_limits import spend_limits
from service.actions.thread_page import one_comment
from service.actions.weigh import Asked, Weighed, weigh
from service.domain import markup
from service.domain.comment import Comment, check_text, repeat_key
from service.domain.editing import check_editable, edited_status
from service.domain.errors import EditConflict, NotModerator, StorageUnavailable
from service.domain.moderation import Decision, Label
from service.domain.thread import Thread, lookup_key
from service.domain.verdict import Verdict, judge, refuse
from service.spam.facts import Sample
from service.storage import audits, comments, counts, decisions, models, reports, revisions, texts, threads
from service.storage.database import Outdated, Statement

_TRIES = 4


class Edited(msgspec.Struct, frozen=True):
    """What became of an edit. Where `changed` is False the comment had that very text already."""

    comment: Comment
    changed: bool
    limit: Standing | None = None


class Wanted(msgspec.Struct, frozen=True):
    """An edit as it was asked for: of which comment, at one of which versions, to which text."""

    comment_id: str
    versions: frozenset[int]
    text: str


class _Scene(NamedTuple):
    """What an edit starts from."""

    who: Who
    seen: Comment
    thread: Thread
    label: Label | None


async def edit_comment(res: Resources, who: Who, wanted: Wanted) -> Edited:
    """Judges and stores the new text, durably, before it returns.

    Raises NotSignedIn, NotFound, NotModerator, NotAllowedNow, EditWindowOver, EditConflict and what submitting raises.
    """
    scene = await _look(res, who, wanted)
    if scene.seen.text == check_text(wanted.text):
        return Edited(scene.seen, False)
    _refuse(res, scene, wanted.text)
    limit = await spend_limits(res, who)
    html = await render(wanted.text, who.site.policy.link_rel)
    weighed = await weigh(res, _asked(res, scene, wanted.text))
    for _ in range(_TRIES):
        after = _edited(res, scene, wanted.text, html, weighed)
        notices = await of_change(res, who.site, after, scene.seen)
        try:
            await res.db.write([*await _unit(res, scene, after), *notices])
        except Outdated:
            scene = await _look(res, await _again(res, who), wanted)
            _refuse(res, scene, wanted.text)
        else:
            _tell(res, after)
            if notices:
                res.changes.announce_queued()
            return Edited(after, True, limit)
    raise StorageUnavailable


async def check_may_edit(res: Resources, who: Who, comment_id: str) -> None:
    """Raises what keeps this person from editing this comment, whatever the new text: known before it is read."""
    who.signed_in()
    _check(res, who, await one_comment(res, who, comment_id))


def _check(res: Resources, who: Who, seen: Comment) -> None:
    if seen.author.id != who.signed_in().id and not who.moderates:
        raise NotModerator("This comment is another's.")
    if not who.moderates:
        check_author(res, who)
    check_editable(seen, who.moderates, who.site.policy.edit_window_s, res.now_ms())


async def _look(res: Resources, who: Who, wanted: Wanted) -> _Scene:
    """The comment as it is, if this person may edit it now and has seen it so."""
    seen = await one_comment(res, who, wanted.comment_id)
    _check(res, who, seen)
    if seen.version not in wanted.versions:
        raise EditConflict
    found = await threads.many(res.db, who.site.id, [seen.thread_id])
    labels = await decisions.labels(res.db, who.site.id, [seen.id])
    return _Scene(who, seen, found[seen.thread_id], labels.get(seen.id))


async def _again(res: Resources, who: Who) -> Who:
    """The same person, as the database knows him now."""
    site_id, member = who.site.id, who.signed_in()
    res.cache.forget_site(site_id)
    res.cache.forget_member(site_id, member.id)
    site, fresh = await res.cache.site(site_id), await res.cache.member(site_id, member.id)
    moderates = who.moderates and fresh is not None and fresh.moderates(res.now_ms())
    return msgspec.structs.replace(who, site=site or who.site, member=fresh, moderates=moderates)


def _refuse(res: Resources, scene: _Scene, text: str) -> None:
    """Raises what would refuse a new comment; closed and hidden threads are no matter for those who moderate."""
    facts = evidence(res, scene.who, scene.thread, text)
    if scene.who.moderates:
        facts = msgspec.structs.replace(facts, thread_state="open", not_allowed=None)
    refuse(facts)


def _asked(res: Resources, scene: _Scene, text: str) -> Asked:
    """The new text, by its author: a moderator who mends another's comment lends it nothing of his own record."""
    who, author = scene.who, scene.seen.author
    hold_at, _ = thresholds(res, who.site.id, who.site.policy)
    own = who.member if who.member is not None and who.member.id == author.id else None
    writer = author.id or scene.seen.id
    return Asked(who.site.id, Sample(text, author.name), own, writer, scene.thread.title, hold_at)


def _edited(res: Resources, scene: _Scene, text: str, html: str, weighed: Weighed) -> Comment:
    who, seen = scene.who, scene.seen
    score = weighed.scored.score if weighed.scored else None
    facts = evidence(res, who, scene.thread, text)
    verdict = judge(msgspec.structs.replace(facts, links=markup.count_links(html), score=score))
    status = edited_status(seen, verdict.status, who.moderates)
    return msgspec.structs.replace(
        _standing(seen) if status == "pending" else _alone(seen),
        text=text,
        html=html,
        status=status,
        version=seen.version + 1,
        edited_at=res.now_ms(),
        **_judged(verdict, weighed),
    )


def _judged(verdict: Verdict, weighed: Weighed) -> dict[str, object]:
    scored = weighed.scored
    return {
        "verdict": verdict.word,
        "reasons": (*verdict.reasons, *weighed.clues),
        "score": scored.score if scored else None,
        "model_version": scored.model_version if scored else None,
    }


def _standing(seen: Comment) -> Comment:
    """With the text that stays public while the edit waits: the one that was public until now, if one was."""
    if not seen.is_public:
        return _alone(seen)
    public = seen.as_published()
    return msgspec.structs.replace(
        seen, public_text=public.text, public_html=public.html, public_edited_at=public.edited_at
    )


def _alone(seen: Comment) -> Comment:
    return msgspec.structs.replace(seen, public_text=None, public_html=None, public_edited_at=None)


async def _unit(res: Resources, scene: _Scene, after: Comment) -> list[Statement]:
    """The new text with everything that moves with it. The label goes: it was said of the old text."""
    who, seen = scene.who, scene.seen
    member = who.signed_in()
    author = None if who.moderates else texts.Editor(member.status, who.site.policy.state)
    key = repeat_key(lookup_key(scene.thread.key), seen.parent_id, after.text)
    unit = [
        texts.editing(after, key, author),
        revisions.adding(seen, member.id, res.now_ms()),
        *counts.moving(seen, after),
    ]
    if seen.is_public != after.is_public:
        unit += [comments.showing(one) for one in (seen.id, *await comments.ancestors(res.db, seen.parent_id))]
    if seen.is_public and not after.is_public:
        unit += reports.resolving(seen.site_id, seen.id, "edit", res.now_ms())
        unit += audits.looking(seen.site_id, seen.id, "gone", res.now_ms())
    if scene.label is not None:
        unit += [decisions.unlabelling(seen.id), models.erasing(seen.id)]
    if seen.author.id != member.id:
        unit.append(decisions.adding(_logged(res, scene, after)))
    return unit


def _logged(res: Resources, scene: _Scene, after: Comment) -> Decision:
    """A moderator's edit of another's comment stands in the log."""
    seen, member, one = scene.seen, scene.who.signed_in(), res.ids.new()
    return Decision(
        id=one,
        decision_id=one,
        site_id=seen.site_id,
        comment_id=seen.id,
        thread_id=seen.thread_id,
        actor_id=member.id,
        actor_name=member.name,
        action="edit",
        from_status=seen.status,
        to_status=after.status,
        from_label=scene.label,
        to_label=None,
        reason=None,
        version=after.version,
        undoes=None,
        created_at=res.now_ms(),
    )


def _tell(res: Resources, after: Comment) -> None:
    res.changes.announce(Change(after.site_id, after.thread_id, Changed(after.id, after.status, after.version)))
    if after.author.id is not None:
        res.cache.forget_member(after.site_id, after.author.id)
