"""Answers kept in memory: dropped by just what they were made from, never kept when that changed meanwhile, bounded."""

from service.actions.changes import Change
from service.web.page_cache import Page, PageCache, lists_tag, page, site_tag

TAGS = (site_tag("blog"), "thread-1")


def ready() -> Page:
    return page(b"{}", {"Content-Type": "application/json"})


def kept(cache: PageCache) -> bool:
    return cache.get("/a") is not None


def filled() -> PageCache:
    cache = PageCache()
    cache.put("/a", ready(), TAGS, cache.now())
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
    cache.put("/a", ready(), (site_tag("blog"), lists_tag("blog")), cache.now())
    cache.hear(Change("blog", "thread-9"))
    assert not kept(cache)


def test_what_changed_while_it_was_read_is_not_kept() -> None:
    for change, keeps in ((Change("blog", "thread-1"), False), (None, False), (Change("blog", "thread-2"), True)):
        cache = PageCache()
        since = cache.now()
        cache.hear(change)
        cache.put("/a", ready(), TAGS, since)
        assert kept(cache) == keeps, change


def test_it_does_not_grow_without_bound_and_forgets_no_change() -> None:
    cache = PageCache()
    since = cache.now()
    cache.hear(Change("blog", "thread-1"))
    for i in range(12_000):
        cache.hear(Change("blog", f"thread-x{i}"))
        cache.put(f"/{i}", ready(), (f"thread-{i}",), cache.now())
    assert len(cache._changed) + len(cache._pages) < 12_000
    cache.put("/a", ready(), TAGS, since)
    assert not kept(cache)


def test_it_is_bounded_in_bytes_and_keeps_what_is_used() -> None:
    cache = PageCache()
    big = page(b"x" * 1_000_000, {})
    cache.put("/a", ready(), TAGS, cache.now())
    for i in range(100):
        cache.put(f"/{i}", big, (f"thread-{i}",), cache.now())
        assert kept(cache)
    assert sum(len(one.body) for one in cache._pages.values()) <= 32 * 1024 * 1024
    assert cache.get("/0") is None
