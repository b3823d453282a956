"""Our nouns as they look over the wire: snake_case, string ids, RFC 3339 times, nothing that is not for this reader."""

from typing import Any

from service.actions.identify import Who
from service.actions.queue import AuthorRecord, Item
from service.domain.comment import Author, Comment
from service.domain.member import Member
from service.domain.moderation import Decision
from service.domain.thread import Thread
from service.web.times import rfc3339


def _time(time_ms: int | None) -> str | None:
    return None if time_ms is None else rfc3339(time_ms)


def _author(author: Author) -> dict[str, Any]:
    return {"id": author.id, "name": author.name, "avatar_url": None, "role": author.role}


def comment_json(comment: Comment, status: str, bare: bool = False) -> dict[str, Any]:
    """A comment with the status that its reader sees; `bare` leaves the text out, as for a tombstone."""
    return {
        "id": comment.id,
        "parent_id": comment.parent_id,
        "author": _author(comment.author),
        "text": None if bare else comment.text,
        "html": None if bare else comment.html,
        "status": status,
        "created_at": rfc3339(comment.created_at),
        "edited_at": _time(comment.edited_at),
        "version": comment.version,
    }


def seen_comment(comment: Comment, who: Who) -> dict[str, Any]:
    """A comment as this reader sees it; to readers a removed one is a tombstone."""
    status = comment.seen_by(who.member.id if who.member else None, who.moderates)
    if status is None:
        return comment_json(comment, "removed", bare=True)
    return comment_json(comment, status)


def listed_comment(comment: Comment, who: Who) -> dict[str, Any]:
    """A comment in a thread: a removed one is a tombstone for everybody, moderators too."""
    if comment.status == "removed":
        return {**comment_json(comment, "removed", bare=True), "removed_by": comment.removed_by}
    return seen_comment(comment, who)


def thread_json(thread: Thread, state: str) -> dict[str, Any]:
    return {
        "id": thread.id,
        "key": thread.key,
        "url": thread.url,
        "title": thread.title,
        "state": state,
        "count": thread.count,
    }


def member_json(member: Member) -> dict[str, Any]:
    """A member as he sees himself and as owners see him."""
    return {
        "id": member.id,
        "name": member.name,
        "email": member.email,
        "role": member.role,
        "status": member.status,
        "suspended_until": _time(member.suspended_until),
        "created_at": rfc3339(member.created_at),
        "version": member.version,
    }


def item_json(item: Item) -> dict[str, Any]:
    """A card of the queue."""
    comment = item.comment
    return {
        **comment_json(comment, comment.status),
        "thread": thread_json(item.thread, item.thread.state or "open") if item.thread else None,
        "score": comment.score,
        "verdict": comment.verdict,
        "reasons": comment.reasons,
        "model_version": comment.model_version,
        "author_record": _record(item.author_record),
        "neighbours": [comment_json(one, one.status) for one in item.neighbours],
        "group": None,
        "decisions": [decision_json(one) for one in item.decisions],
        "allowed_actions": item.allowed_actions,
    }


def _record(record: AuthorRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    member = record.member
    return {
        "member_since": rfc3339(member.created_at),
        "status": member.status,
        "approved": member.approved_count,
        "rejected": member.rejected_count,
        "spam": member.spam_count,
        "last": [
            {
                "id": one.id,
                "status": one.status,
                "text": one.text[:200],
                "created_at": rfc3339(one.created_at),
            }
            for one in record.latest
        ],
    }


def decision_json(decision: Decision) -> dict[str, Any]:
    """A row of the log."""
    return {
        "id": decision.id,
        "decision_id": decision.decision_id,
        "comment_id": decision.comment_id,
        "thread_id": decision.thread_id,
        "who": {"id": decision.actor_id, "name": decision.actor_name} if decision.actor_id else None,
        "action": decision.action,
        "from": decision.from_status,
        "to": decision.to_status,
        "label": decision.to_label,
        "reason": decision.reason,
        "version": decision.version,
        "undoes": decision.undoes,
        "created_at": rfc3339(decision.created_at),
    }
