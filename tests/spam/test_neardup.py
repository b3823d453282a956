"""Near-duplicates are found behind small changes, others are left apart, and memory is bounded."""

from hypothesis import given
from hypothesis import strategies as st

from service.spam.neardup import SIZE, Recent, Sketch, cluster, likeness, sketch

SPAM = "I was in debt until Dr {} cast a spell and now I have won the lottery, write to him today at {}"
OTHERS = [
    "The second step fails here because the folder does not exist yet, otherwise a very helpful text.",
    "Does anybody know whether this works with the older version as well? I could not find it anywhere.",
    "今天的文章写得非常好，我学到了很多关于摄影的知识，谢谢作者的分享和耐心的解释。",
    "Спасибо за подробную статью, долго искал именно такое объяснение работы протокола.",
]


def some(text: str) -> Sketch:
    found = sketch(text)
    assert found is not None
    return found


@given(st.text(max_size=300))
def test_any_text_has_a_sketch_of_one_size_or_none(text: str) -> None:
    found = sketch(text)
    assert found is None or len(found.content) == 4 * SIZE
    assert found is None or likeness(found, found) == 1.0


def test_small_changes_leave_near_duplicates() -> None:
    one = some(SPAM.format("Ade", "http://spells.example/ade"))
    for other in (
        SPAM.format("Obi", "http://quite-another.example/page?of=it"),
        SPAM.format("Ade", "www.spells.example").upper(),
        SPAM.format("Ade", "").replace("o", "о").replace("a", "а"),
        SPAM.format("Ade", "") + " !!! 12345",
        "\u200b".join(SPAM.format("Ade", "")),
    ):
        assert likeness(one, some(other)) >= 0.7


def test_other_texts_are_not_near() -> None:
    found = [some(text) for text in (*OTHERS, SPAM)]
    assert max(likeness(one, other) for one in found for other in found if one is not other) < 0.2


def test_short_texts_have_no_sketch() -> None:
    assert [sketch(text) for text in ("", "Thanks!", "Great post, thank you", "🎉" * 100)] == [None] * 4


def test_clusters() -> None:
    spam = [sketch(SPAM.format(name, "")) for name in ("Ade", "Obi", "Eze", "Uche")]
    others = [sketch(text) for text in OTHERS]
    assert cluster([spam[0], others[0], None, *spam[1:], others[1], None]) == [0, 1, 2, 0, 0, 0, 6, 7]


def test_a_flood_of_one_text_is_clustered_in_little_time() -> None:
    assert set(cluster([some(SPAM)] * 5_000)) == {0}


def test_recent_ones_are_found_and_old_ones_forgotten() -> None:
    recent = Recent(most=3)
    for number, text in enumerate([SPAM.format("Ade", ""), *OTHERS[:2]]):
        recent.add(str(number), some(text))
    assert [found.key for found in recent.near(some(SPAM.format("Obi", "")))] == ["0"]
    recent.add("3", some(OTHERS[2]))
    assert len(recent) == 3
    assert recent.near(some(SPAM.format("Obi", ""))) == []
    recent.add("3", some(SPAM))
    recent.forget("1")
    recent.forget("unknown")
    assert [found.key for found in recent.near(some(SPAM))] == ["3"]


def test_the_same_text_many_times_is_told_in_bounded_number() -> None:
    recent = Recent(most=500)
    for number in range(1_000):
        recent.add(str(number), some(SPAM))
    assert len(recent.near(some(SPAM))) == 20
