"""What labels are worth, whom not to believe, what the gate lets pass, where to cut, what to watch."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.audit import is_drawn, outcome_of
from service.domain.intervals import at_most, chance_of_at_most, share_of, sign_test
from service.domain.learning import Taught, Voice, contradicted, distrust, enough_news, too_few, weights
from service.domain.promotion import Case, Promotion, before, judge
from service.domain.simulation import Judged, figures, simulate
from service.domain.thresholds import choose, of_trained
from service.domain.watching import Seen, stability, watch

YEAR = 365 * 86_400_000


def taught(**fields: object) -> Taught:
    usual = {"comment_id": "c", "label": "spam", "source": "moderator", "moderator": "mo", "author": None, "cluster": 0}
    return Taught(**{**usual, "contested": False, "created_at": 0, **fields})  # type: ignore[arg-type]


def apart(count: int, **fields: object) -> list[Taught]:
    """So many labels, none a near-duplicate of another."""
    return [taught(comment_id=str(i), cluster=i, **fields) for i in range(count)]


# Shares and tests


def test_an_interval_holds_the_share_and_narrows() -> None:
    few, many = share_of(5, 10), share_of(500, 1_000)
    assert few.low < 0.5 < few.high
    assert many.high - many.low < 0.07 < few.high - few.low
    assert share_of(0, 0).share is None


@pytest.mark.parametrize(("count", "of", "bound"), [(0, 598, 0.005), (1, 1_000, 0.00474), (0, 10, 0.2589)])
def test_the_upper_bound_is_that_of_clopper_and_pearson(count: int, of: int, bound: float) -> None:
    assert at_most(count, of) == pytest.approx(bound, rel=0.01)


@given(st.integers(1, 200), st.data())
def test_the_bound_is_where_so_few_become_improbable(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of - 1))
    assert chance_of_at_most(count, of, at_most(count, of)) == pytest.approx(0.05, abs=1e-6)


def test_the_sign_test_is_exact() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(5, 0) == pytest.approx(1 / 32)
    assert sign_test(4, 1) == pytest.approx(6 / 32)


# What a label is worth


def test_source_age_and_agreement_weigh() -> None:
    now = YEAR
    fresh, old, odd, disputed = weights(
        [
            taught(cluster=1, created_at=now),
            taught(cluster=2),
            taught(cluster=3, created_at=now, source="removed"),
            taught(cluster=4, created_at=now, contested=True),
        ],
        frozenset(),
        now,
    )
    assert (fresh, old, odd, disputed) == (1.0, 0.5, 0.4, 0.25)


def test_near_duplicates_teach_as_much_as_three_however_many_they_are() -> None:
    many = [taught(comment_id=str(i), cluster=7) for i in range(500)]
    assert sum(weights(many, frozenset(), 0)) == pytest.approx(3.0)


def test_one_author_cannot_drown_the_others() -> None:
    found = weights([*apart(40), *apart(100, author="eve")], frozenset(), 0)
    assert sum(found[40:]) == pytest.approx(20.0)


def test_one_moderator_among_many_cannot_drown_the_others() -> None:
    rogue = [taught(comment_id=f"r{i}", cluster=1_000 + i, moderator="rogue") for i in range(1_000)]
    found = weights([*apart(200), *rogue], frozenset(), 0)
    assert sum(found[200:]) == pytest.approx(100.0)  # half of what the others teach
    assert sum(weights(apart(1_000), frozenset(), 0)) == pytest.approx(1_000.0)  # alone he is not bounded


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", None]), st.sampled_from(["x", "y"]))))
def test_caps_only_ever_lower_a_weight(rows: list[tuple[int, str | None, str]]) -> None:
    labels = [taught(cluster=c, author=a, moderator=m) for c, a, m in rows]
    assert all(0 <= weight <= 1 for weight in weights(labels, frozenset(), 0))


def test_who_contradicts_all_others_is_found_and_the_honest_are_not() -> None:
    rogue = Voice("rogue", contradicted=12, of=20, others_contradicted=5, others=200)
    assert [one.moderator for one in distrust([rogue, Voice("mo", 5, 200, 12, 220)])] == ["rogue"]
    honest, false = apart(200), apart(20, moderator="rogue", label="ham")
    assert sum(weights([*honest, *false], frozenset({"rogue"}), 0)[200:]) == pytest.approx(1.0)


def test_the_many_are_not_held_against_the_few() -> None:
    assert not distrust([Voice("new", contradicted=100, of=100, others_contradicted=0, others=10)])


def test_a_few_odd_labels_are_nobodys_fault() -> None:
    assert not distrust([Voice("mo", contradicted=4, of=4, others_contradicted=0, others=500)])


def test_only_what_is_certain_contradicts() -> None:
    assert contradicted(["ham", "ham", "spam", "spam"], [0.95, 0.6, 0.03, 0.4]) == 2


def test_too_few_labels_are_told_in_words() -> None:
    assert "1 labels of ham and 2 of spam" in (too_few([*apart(2), taught(label="ham")]) or "")
    assert too_few([*apart(3), *apart(3, label="ham")]) is None


@pytest.mark.parametrize(
    ("news", "known", "of_each", "enough"),
    [(1, 10, (5, 5), True), (0, 10, (5, 5), False), (9, 1_000, (5, 5), False), (50, 0, (50, 2), False)],
)
def test_when_it_is_worth_training_again(news: int, known: int, of_each: tuple[int, int], enough: bool) -> None:
    assert enough_news(news, known, of_each) is enough


# The gate


def cases(spam: bool, *, worse: int = 0, better: int = 0, same: int = 50) -> list[Case]:
    right, wrong = not spam, spam  # what letting it through means
    return [
        *[Case(spam, right, wrong)] * worse,
        *[Case(spam, wrong, right)] * better,
        *[Case(spam, right, right)] * same,
    ]


def test_an_equal_model_and_a_better_one_are_promoted() -> None:
    for found in (judge(cases(True), cases(False)), judge(cases(True, better=9, worse=3), [])):
        assert found.outcome == "promoted"


@pytest.mark.parametrize(
    ("decisions", "golden", "words"),
    [
        (cases(True, worse=6), [], "lets more spam through"),
        (cases(False, worse=9, better=1), [], "holds more honest comments"),
        ([], cases(True, worse=5), "lets more spam of the golden set through"),
        ([], cases(False, worse=5), "holds more honest comments of the golden set"),
    ],
)
def test_a_model_that_is_worse_in_one_thing_is_refused_with_the_reason(
    decisions: list[Case], golden: list[Case], words: str
) -> None:
    good = cases(not (decisions or golden)[0].spam, better=20)  # however good it is in the other thing
    found = judge([*decisions, *good], golden)
    assert found.outcome == "refused"
    assert words in found.reason


def promoted(number: int, version: str, previous: str, kind: str = "automatic") -> Promotion:
    return Promotion("blog", number, version, previous, kind, None, None, 0)  # type: ignore[arg-type]


def test_a_rollback_goes_back_one_by_one() -> None:
    log = [promoted(1, "a", "shipped"), promoted(2, "b", "a")]
    assert before([]) is None
    assert before(log) == "a"
    log.append(promoted(3, "a", "b", "rollback"))
    assert before(log) == "shipped"
    log.append(promoted(4, "c", "a"))
    assert before(log) == "a"


# Where to cut


@given(st.lists(st.floats(0.0, 0.999), max_size=400), st.integers(2, 500))
def test_a_sure_cut_keeps_its_promise_on_the_history(honest: list[float], one_in: int) -> None:
    found = choose(honest, one_in, (0.9, 0.99))
    assert found.hold.at <= found.spam.at
    assert found.hold.above == sum(score >= found.hold.at for score in honest)
    if found.hold.sure:
        assert found.hold.at_most <= 1 / one_in
    else:
        assert found.hold.at >= 0.9


def test_a_long_history_lowers_the_cut_and_a_short_one_says_what_it_shows() -> None:
    dealt = random.Random(1)
    honest = [dealt.random() ** 6 * 0.6 for _ in range(1_500)]
    long, short = choose(honest, 200, (0.92, 0.99)), choose(honest[:60], 200, (0.92, 0.99))
    assert long.hold.sure
    assert long.hold.at < 0.6
    assert "at most 1 in 200" in long.words
    assert not short.hold.sure
    assert short.hold.at == 0.92
    assert "no more than 1 in 20" in short.words


def test_the_cuts_of_a_trained_model_lie_between_one_half_and_the_cards() -> None:
    assert of_trained([0.01, 0.2], (0.92, 0.99)) == (0.5, 0.99)
    assert of_trained([0.01, 0.999], (0.92, 0.99))[0] == 0.92
    assert 0.7 < of_trained([0.01, 0.7], (0.92, 0.99))[0] < 0.7001


# What other cuts would have done


def test_a_simulation_sorts_every_comment_once() -> None:
    past = [
        Judged("a", "spam", 0.99, True),
        Judged("b", "spam", 0.2, True),
        Judged("c", "ham", 0.6, True),
        Judged("d", "ham", 0.1, False),
    ]
    found = simulate(past, 0.5, 0.9)
    assert found.spam.spam.ids == ("a",)
    assert found.spam.published.ids == ("b",)
    assert found.ham.held.ids == ("c",)
    assert found.undecided.published.share.count == 1
    assert figures(past).auc == 0.5
    assert sum(one.count for one in figures(past).calibration) == 3


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1), st.booleans()), max_size=80))
def test_figures_count_everything_and_curves_fall(rows: list[tuple[bool, float, bool]]) -> None:
    past = [Judged(str(i), "spam" if s else "ham", score, d) for i, (s, score, d) in enumerate(rows)]
    found = figures(past)
    counted = [*found.histogram.ham, *found.histogram.spam, *found.histogram.published]
    assert sum(counted) == len(past)
    recalls = [point.recall for point in found.curve]
    assert recalls == sorted(recalls, reverse=True)


# Watching


def seen(**fields: object) -> Seen:
    usual: dict[str, object] = {"scores": [], "reference": [], "held": 0, "comments": 0, "overturned": 0}
    usual |= {"decisions": 0, "calibration_error": None, "audited_spam": 0, "audited": 0, "unsure": None}
    return Seen(**{**usual, **fields})  # type: ignore[arg-type]


def test_a_quiet_site_rings_no_alarm() -> None:
    assert not watch(seen(scores=[0.01] * 200, reference=[0.01] * 200, comments=200, held=4)).alarms


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (seen(scores=[0.4] * 200, reference=[0.01] * 200), "not spread as they were"),
        (seen(comments=400, held=300), "more than half waits"),
        (seen(decisions=60, overturned=40), "against the model's verdict"),
        (seen(decisions=60, calibration_error=0.3), "off on average"),
        (seen(unsure="The file was changed."), "The file was changed."),
    ],
)
def test_each_trouble_rings_its_alarm_in_words(what: Seen, words: str) -> None:
    (alarm,) = watch(what).alarms
    assert words in alarm


def test_stability_is_nothing_for_the_same_and_unknown_for_few() -> None:
    assert stability([0.2] * 100, [0.2] * 300) == pytest.approx(0.0, abs=0.01)
    assert stability([0.2] * 10, [0.2] * 300) is None


# Audit samples


def test_about_the_share_asked_for_is_drawn_and_always_the_same() -> None:
    ids = [f"{i:022x}" for i in range(20_000)]
    drawn = [one for one in ids if is_drawn(one, 0.05)]
    assert 850 < len(drawn) < 1_150
    assert drawn == [one for one in ids if is_drawn(one, 0.05)]
    assert not any(is_drawn(one, 0.0) for one in ids)
    assert all(is_drawn(one, 1.0) for one in ids[:100])


def test_what_a_decision_says_of_a_sample() -> None:
    assert outcome_of("mark_spam", "spam") == "spam"
    assert outcome_of("remove", "removed") == "other"
