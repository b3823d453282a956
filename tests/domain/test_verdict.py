"""The precedence of the verdict, row by row: which finding decides, and which reasons stand beside it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import verdict
from service.domain.errors import Banned, NotAMember, NotFound, Refusal, RefusedWords, ThreadClosed
from service.domain.site import Policy
from service.domain.verdict import Evidence, Verdict, decide

PLAIN = Evidence(
    policy=Policy(),
    thread_state="open",
    thread_is_old=False,
    not_allowed=None,
    role="member",
    approved_count=5,
    links=0,
    hold_words=(),
    refuse_words=(),
    score=0.01,
    hold_at=0.5,
    spam_at=0.9,
)


def judged(policy: Policy | None = None, **facts: object) -> Verdict:
    return decide(msgspec.structs.replace(PLAIN, policy=policy or Policy(), **facts))


def codes(found: Verdict) -> list[str]:
    return [reason.code for reason in found.reasons]


def test_an_honest_comment_of_a_member_is_published() -> None:
    assert judged() == Verdict("approved", "ham", ())


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"thread_state": "hidden"}, NotFound),
        ({"thread_state": "closed"}, ThreadClosed),
        ({"not_allowed": NotAMember}, NotAMember),
        ({"refuse_words": ("gambling",)}, RefusedWords),
        ({"thread_state": "hidden", "not_allowed": Banned}, NotFound),
        ({"thread_state": "closed", "not_allowed": Banned}, ThreadClosed),
        ({"not_allowed": Banned, "refuse_words": ("gambling",)}, Banned),
    ],
)
def test_refusals_come_first_in_their_order(facts: dict[str, object], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        judged(score=0.99, role="owner", **facts)


def test_a_closed_thread_refuses_its_moderators_too() -> None:
    with pytest.raises(ThreadClosed):
        judged(role="moderator", thread_state="closed")


@pytest.mark.parametrize("role", ["moderator", "owner"])
def test_those_who_moderate_are_believed_whatever_else_is_found(role: str) -> None:
    found = judged(Policy(moderation="always", max_links=0), role=role, score=0.99, links=9)
    assert found.status == "approved"
    assert codes(found) == ["trusted-role", "score-spam", "moderation-always", "too-many-links"]


def test_unscored_is_held_under_every_policy() -> None:
    for moderation in ("always", "sometimes", "model", "never"):
        found = judged(Policy(moderation=moderation), score=None)
        assert (found.status, found.word, codes(found)[0]) == ("pending", "unsure", "unscored")


def test_spam_comes_before_always() -> None:
    found = judged(Policy(moderation="always"), score=0.9)
    assert (found.status, found.word, codes(found)) == ("spam", "spam", ["score-spam", "moderation-always"])


def test_never_still_keeps_spam_out_and_skips_the_rest() -> None:
    never = Policy(moderation="never", max_links=0, first_comments_held=9)
    assert judged(never, score=0.95).status == "spam"
    held = {"score": 0.6, "links": 7, "approved_count": 0, "hold_words": ("hm",), "thread_is_old": True}
    assert judged(never, **held) == Verdict("approved", "ham", ())


@pytest.mark.parametrize(
    ("policy", "facts", "code"),
    [
        (Policy(moderation="always"), {}, "moderation-always"),
        (Policy(), {"hold_words": ("crypto",)}, "hold-word"),
        (Policy(max_links=2), {"links": 3}, "too-many-links"),
        (Policy(first_comments_held=3), {"approved_count": 2}, "first-comments"),
        (Policy(), {"score": 0.5}, "score-hold"),
        (Policy(moderation="sometimes"), {"thread_is_old": True}, "old-thread"),
    ],
)
def test_each_rule_holds_by_itself(policy: Policy, facts: dict[str, object], code: str) -> None:
    found = judged(policy, **facts)
    assert (found.status, found.word, codes(found)) == ("pending", "unsure", [code])


@pytest.mark.parametrize(
    ("policy", "facts"),
    [
        (Policy(max_links=2), {"links": 2}),
        (Policy(first_comments_held=3), {"approved_count": 3}),
        (Policy(), {"score": 0.4999}),
        (Policy(moderation="model"), {"thread_is_old": True}),
    ],
)
def test_just_inside_the_rules_is_published(policy: Policy, facts: dict[str, object]) -> None:
    assert judged(policy, **facts).status == "approved"


def test_every_reason_that_applies_is_kept() -> None:
    policy = Policy(moderation="sometimes", max_links=1, first_comments_held=1)
    facts = {"links": 2, "approved_count": 0, "hold_words": ("x",), "score": 0.7, "thread_is_old": True}
    assert codes(judged(policy, **facts)) == [
        "hold-word",
        "too-many-links",
        "first-comments",
        "score-hold",
        "old-thread",
    ]


scores = st.none() | st.floats(0, 1)
policies = st.builds(
    Policy,
    moderation=st.sampled_from(["always", "sometimes", "model", "never"]),
    max_links=st.integers(0, 3),
    first_comments_held=st.integers(0, 3),
)
evidence = st.builds(
    Evidence,
    policy=policies,
    thread_state=st.just("open"),
    thread_is_old=st.booleans(),
    not_allowed=st.none(),
    role=st.sampled_from([None, "member", "moderator", "owner"]),
    approved_count=st.integers(0, 5),
    links=st.integers(0, 5),
    hold_words=st.sampled_from([(), ("x",)]),
    refuse_words=st.just(()),
    score=scores,
    hold_at=st.just(0.5),
    spam_at=st.just(0.9),
)


@given(evidence)
def test_what_is_published_was_seen_by_the_model_or_written_by_a_moderator(e: Evidence) -> None:
    found = decide(e)
    if found.status == "approved" and e.role not in ("moderator", "owner"):
        assert e.score is not None
        assert e.score < e.spam_at
    assert (found.status == "approved") == (not found.reasons or found.reasons[0].code == "trusted-role")


def test_the_table_names_every_check_of_the_module_once() -> None:
    listed = [check.__name__ for check in (*verdict.REFUSALS, *verdict.CHECKS)]
    written = [
        n for n, f in vars(verdict).items() if getattr(f, "__annotations__", {}).get("return") == verdict.Finding | None
    ]
    assert sorted(listed) == sorted(written)
    assert len(set(listed)) == len(listed)
