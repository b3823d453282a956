"""A comment's past as a line of events, and what became of it since somebody looked. Pure."""

from typing import NamedTuple

from service.actions.comment_record import CommentRecord
from service.domain.difference import Segment, difference
from service.domain.moderation import Decision
from service.web.desk.cards import score_words


class Judged(NamedTuple):
    """How a text was judged."""

    score: float | None
    words: str
    verdict: str
    model_version: str | None


class Event(NamedTuple):
    """Something that happened to a comment: it was written, edited, or decided about."""

    at: int
    who: str
    decision: Decision | None = None
    changed: list[Segment] | None = None  # of an edit: from the text before to the one after
    judged: Judged | None = None  # of the text that came of it


class Meanwhile(NamedTuple):
    """What became of a comment after the version that was seen."""

    decision: Decision | None  # the last one
    changed: list[Segment]  # from the text that was seen to the one that is there


class _Text(NamedTuple):
    text: str
    judged: Judged


def timeline(record: CommentRecord) -> list[Event]:
    """Everything that happened, oldest first."""
    comment, texts = record.item.comment, _texts(record)
    written = Event(comment.created_at, comment.author.name, judged=texts[0].judged)
    edits = [
        Event(r.created_at, r.editor_name, None, difference(texts[i].text, texts[i + 1].text), texts[i + 1].judged)
        for i, r in enumerate(record.revisions)
    ]
    decided = [Event(d.created_at, d.actor_name, d) for d in record.decisions if d.action != "edit"]
    return [written, *sorted([*edits, *decided], key=lambda one: one.at)]


def _texts(record: CommentRecord) -> list[_Text]:
    """Every text that it had, the one it has last."""
    now = record.item.comment
    judged = Judged(now.score, score_words(now.score), now.verdict, now.model_version)
    before = [
        _Text(r.text, Judged(r.score, score_words(r.score), r.verdict, r.model_version)) for r in record.revisions
    ]
    return [*before, _Text(now.text, judged)]


def meanwhile(record: CommentRecord, seen: int | None) -> Meanwhile | None:
    """What happened after this version; None if nothing did, or if no version is named."""
    comment = record.item.comment
    if seen is None or comment.version <= seen:
        return None
    later = [one for one in record.decisions if one.version > seen and one.action not in ("edit", "dismiss")]
    shown = next((r.text for r in record.revisions if r.version >= seen), comment.text)
    changed = difference(shown, comment.text) if shown != comment.text else []
    return Meanwhile(later[-1] if later else None, changed)
