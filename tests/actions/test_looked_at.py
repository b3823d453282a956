"""Samples and reports are answered at the version that was looked at; undo leaves samples and labels as they were."""

from collections.abc import Sequence

import pytest

from service.actions.decide_comments import Choice, decide_comments
from service.actions.dismiss_reports import dismiss_reports
from service.actions.edit_comment import Wanted, edit_comment
from service.actions.pass_audit import pass_audit
from service.actions.report_comment import report_comment
from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.actions.undo_decision import undo_decision
from service.domain.comment import Comment
from service.domain.errors import StaleDecision
from service.domain.member import Member
from service.domain.moderation import Action
from service.storage import audits, comments, decisions, labels, sites
from service.storage.database import Statement
from tests.conftest import Blog, Clock

pytestmark = pytest.mark.both_engines


@pytest.fixture
async def sample(blog: Blog) -> Comment:
    """A published comment that was picked for a look."""
    await set_policy(blog.res, blog.site, {"audit_share": 1.0, "moderation": "model"})
    return (await blog.post("The bench was green when I was there")).comment


async def decide(blog: Blog, by: Member, action: Action, comment: Comment) -> tuple[str, Comment]:
    """Decides about it as it is now."""
    now = await comments.find(blog.res.db, "blog", comment.id)
    assert now is not None
    decision, (done,) = await decide_comments(blog.res, by, action, [Choice(now.id, now.version)], None)
    assert done.comment is not None
    return decision, done.comment


async def edited(blog: Blog, comment: Comment) -> Comment:
    """Its author writes something else, and it stays published."""
    wanted = Wanted(comment.id, frozenset((comment.version,)), "Buy a bench from my shop")
    return (await edit_comment(blog.res, await blog.who(blog.ada), wanted)).comment


async def waiting(res: Resources) -> int:
    return (await sites.status_counts(res.db, "blog"))["audit"]


async def test_a_text_that_nobody_saw_is_not_found_right(res: Resources, blog: Blog, sample: Comment) -> None:
    now = await edited(blog, sample)
    assert now.status == "approved"
    with pytest.raises(StaleDecision) as refused:
        await pass_audit(res, blog.moderator, sample.id, sample.version)
    assert refused.value.current is not None
    assert refused.value.current.version == now.version
    assert await decisions.labels(res.db, "blog", [sample.id]) == {}
    assert await waiting(res) == 1
    await pass_audit(res, blog.moderator, sample.id, now.version)
    assert await waiting(res) == 0


async def test_reports_of_a_text_that_nobody_saw_are_not_dismissed(res: Resources, blog: Blog, sample: Comment) -> None:
    await report_comment(res, await blog.who(None), sample.id, "It sells things", lambda _: [])
    now = await edited(blog, sample)
    with pytest.raises(StaleDecision):
        await dismiss_reports(res, blog.moderator, sample.id, sample.version)
    await dismiss_reports(res, blog.moderator, sample.id, now.version)


async def test_an_edit_at_the_same_moment_is_noticed_where_it_is_written(
    res: Resources, blog: Blog, sample: Comment, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = res.db.write

    async def late(unit: Sequence[Statement], quiet: bool = False) -> None:
        """Another writer is between reading and writing."""
        monkeypatch.undo()
        await edited(blog, sample)
        await write(unit, quiet)

    monkeypatch.setattr(res.db, "write", late)
    with pytest.raises(StaleDecision):
        await pass_audit(res, blog.moderator, sample.id)
    assert await waiting(res) == 1


async def test_a_slip_that_is_undone_leaves_the_sample_waiting(res: Resources, blog: Blog, sample: Comment) -> None:
    decision, _ = await decide(blog, blog.moderator, "mark_spam", sample)
    assert (await audits.found(res.db, "blog"), await waiting(res)) == ({"ham": 0, "spam": 1, "other": 0}, 0)
    await undo_decision(res, blog.moderator, decision)
    assert (await audits.found(res.db, "blog"), await waiting(res)) == ({"ham": 0, "spam": 0, "other": 0}, 1)
    await pass_audit(res, blog.moderator, sample.id)
    assert (await audits.found(res.db, "blog"), await waiting(res)) == ({"ham": 1, "spam": 0, "other": 0}, 0)


async def test_a_sample_that_was_found_right_before_stays_so(res: Resources, blog: Blog, sample: Comment) -> None:
    await pass_audit(res, blog.moderator, sample.id)
    decision, _ = await decide(blog, blog.moderator, "mark_spam", sample)  # within the same millisecond
    await undo_decision(res, blog.moderator, decision)
    assert (await audits.found(res.db, "blog"), await waiting(res)) == ({"ham": 1, "spam": 0, "other": 0}, 0)
    (row,) = await labels.newest(res.db, "blog", 9)
    assert (row.label.label, row.label.source) == ("ham", "audit")


async def test_undo_gives_a_label_back_to_whose_it_was(res: Resources, blog: Blog, clock: Clock) -> None:
    comment = (await blog.post("score 0.6")).comment
    await decide(blog, blog.moderator, "approve", comment)
    kept = await labels.newest(res.db, "blog", 9)
    clock.pass_s(60)
    slip, _ = await decide(blog, blog.owner, "mark_spam", comment)
    (other,) = await labels.newest(res.db, "blog", 9)
    assert (other.label.label, other.label.moderator, other.label.contested) == ("spam", blog.owner.id, True)
    clock.pass_s(60)
    undo, _ = await undo_decision(res, blog.owner, slip)
    assert await labels.newest(res.db, "blog", 9) == kept
    await undo_decision(res, blog.owner, undo)  # he meant it after all
    assert await labels.newest(res.db, "blog", 9) == [other]


async def test_what_is_taken_back_is_news_for_the_model(res: Resources, blog: Blog, clock: Clock) -> None:
    comment = (await blog.post("score 0.6")).comment
    await decide(blog, blog.moderator, "approve", comment)
    slip, _ = await decide(blog, blog.owner, "mark_spam", comment)
    clock.pass_s(60)
    learnt_at = clock()
    clock.pass_s(60)
    assert await labels.count_taken_back(res.db, "blog", learnt_at, 9) == 0
    await undo_decision(res, blog.owner, slip)
    assert await labels.count_since(res.db, "blog", learnt_at, 9) == 0
    assert await labels.count_taken_back(res.db, "blog", learnt_at, 9) == 1
