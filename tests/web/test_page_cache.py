"""Answers kept in memory: dropped by just what they were made from, never kept when that changed meanwhile, bounded."""

from service.actions.changes import Change
from service.web.page_cache import PageCache, lists_tag, page, site_tag

READY = page(b"{}", {"Content-Type": "application/json"})
TAGS = (site_tag("blog"), "thread-1")


def kept(cache: PageCache) -> bool:
    return cache.get("/a") is not None


def filled() -> PageCache:
    cache = PageCache()
    cache.put("/a", READY, TAGS, cache.now())
    assert kept(cache)
    return cache


def test_a_change_drops_what_it_concerns() -> None:
    for change, drops in (
        (Change("blog", "thread-1"), True),
        (Change("blog"), True),
        (None, True),
        (Change("blog", "thread-2"), False),
        (Change("other"), False),
    ):
        cache = filled()
        cache.hear(change)
        assert kept(cache) != drops, change


def test_lists_are_dropped_by_any_change_of_their_site() -> None:
    cache = PageCache()
    cache.put("/a", READY, (site_tag("blog"), lists_tag("blog")), cache.now())
    cache.hear(Change("blog", "thread-9"))
    assert not kept(cache)


def test_what_changed_while_it_was_read_is_not_kept() -> None:
    for change, keeps in ((Change("blog", "thread-1"), False), (None, False), (Change("blog", "thread-2"), True)):
        cache = PageCache()
        since = cache.now()
        cache.hear(change)
        cache.put("/a", READY, TAGS, since)
        assert kept(cache) == keeps, change


def test_it_does_not_grow_without_bound_and_forgets_no_change() -> None:
    cache = PageCache()
    since = cache.now()
    cache.hear(Change("blog", "thread-1"))
    for i in range(12_000):
        cache.hear(Change("blog", f"thread-x{i}"))
        cache.put(f"/{i}", READY, (f"thread-{i}",), cache.now())
    assert len(cache._changed) + len(cache._pages) < 12_000
    cache.put("/a", READY, TAGS, since)
    assert not kept(cache)
