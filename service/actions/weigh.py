"""The score of a comment with what is known around it: the model's word, moved by clues that become reasons."""

from math import exp, log
from typing import NamedTuple

from service.actions.resources import Resources
from service.actions.surroundings import alike, new_hosts, remember
from service.domain.comment import Reason
from service.domain.member import Member
from service.spam import context, neardup
from service.spam.context import Circumstances
from service.spam.facts import Sample
from service.spam.scorer import Scored


class Weighed(NamedTuple):
    """A score and the clues that moved it, as reasons with their log-odds."""

    scored: Scored | None
    clues: tuple[Reason, ...]


class Asked(NamedTuple):
    """What is to be scored: the comment as it came, who sent it, on which page, and where this site holds."""

    site_id: str
    sample: Sample
    member: Member | None
    writer: str  # the member's id, or the key of a guest's address
    title: str | None
    hold_at: float
    seconds: float | None = None  # from the page's load to the sending


async def weigh(res: Resources, asked: Asked) -> Weighed:
    """Scores the text by the site's model and moves the score by the clues.

    Clues are looked for only where they could change what becomes of the comment: most comments are far from it.
    """
    scored = await res.scorer.score(asked.sample, res.models.of(asked.site_id))
    if scored is None or not reachable(scored.score, asked.hold_at):
        return Weighed(scored, ())
    around = res.surroundings.of(res.db, asked.site_id)
    sketch = neardup.sketch(asked.sample.text)
    found = res.clues(
        Circumstances(
            sample=asked.sample,
            post=asked.title,
            new_hosts=new_hosts(around, asked.sample.text),
            approved=asked.member.approved_count if asked.member else None,
            spam=asked.member.spam_count if asked.member else 0,
            near_duplicates=alike(around, sketch, asked.writer),
            seconds=asked.seconds,
        )
    )
    remember(around, f"{asked.writer} {res.ids.new()}", sketch, asked.writer)
    if not found:
        return Weighed(scored, ())
    moved = Scored(context.moved(scored.score, found), scored.model_version)
    return Weighed(moved, tuple(Reason(one.code, one.detail, round(one.log_odds, 3)) for one in found))


def reachable(score: float, hold_at: float) -> bool:
    """Could all clues together lift this score to where the site holds?"""
    if not 0.0 < hold_at < 1.0:
        return score > 0.0
    return score >= 1.0 / (1.0 + exp(context.HIGHEST - log(hold_at / (1.0 - hold_at))))
