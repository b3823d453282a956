"""Rate limits on comments, by member, by address and by site. What the limits are comes from the settings."""

from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from service.actions.attempts import Note, Spent, nobody
from service.domain.bucket import Bucket, Rate
from service.domain.errors import RateLimited

Policy = Literal["member", "address", "site"]
_MOST = 50_000  # keys remembered for each policy


class Standing(NamedTuple):
    """What is left of the tightest limit, for the RateLimit header."""

    policy: Policy
    rate: Rate
    left: int
    reset_s: int


class Limits:
    """Buckets in memory. The first look at a member asks the database what he posted lately: no restart forgives."""

    def __init__(self, rates: dict[Policy, Rate], now_ms: Callable[[], int]) -> None:
        self._rates = rates
        self._now_ms = now_ms
        self._buckets: dict[Policy, dict[str, Bucket]] = {policy: {} for policy in rates}
        self._others: dict[str, dict[str, Bucket]] = {}
        self._key: Callable[[str], str] = str
        self._note: Note = nobody

    def share(self, key: Callable[[str], str], note: Note) -> None:
        """Counts by other keys from now on, and lets whoever shares what is spent know of it."""
        self._key, self._note = key, note

    def hear(self, spent: Spent, at_ms: int) -> None:
        """Counts what another process let pass at that moment."""
        named = spent.limit in self._rates
        shelf = self._buckets[spent.limit] if named else self._others.setdefault(spent.limit, {})  # type: ignore[index]
        bucket = shelf.setdefault(spent.key, Bucket(float(spent.rate.limit), at_ms))
        bucket.spend_elsewhere(spent.rate, spent.amount, at_ms)
        if len(shelf) > _MOST:
            del shelf[next(iter(shelf))]

    @property
    def on(self) -> bool:
        """Is anything limited at all?"""
        return bool(self._rates)

    async def spend(
        self, keys: dict[Policy, str], posted_lately: Callable[[int, int], Awaitable[int]]
    ) -> Standing | None:
        """Takes one from each bucket, or raises RateLimited and takes none.

        `posted_lately(since_ms, limit)` counts the member's comments, for a member who is not remembered.
        """
        buckets = [
            (p, rate, await self._bucket(p, keys[p], posted_lately)) for p, rate in self._rates.items() if p in keys
        ]
        for policy, rate, bucket in buckets:
            wait_s = bucket.wait_s(rate)
            if wait_s:
                raise RateLimited(policy, rate.limit, rate.window_s, wait_s)
        for policy, rate, bucket in buckets:
            bucket.left -= 1
            self._note(Spent(policy, self._key(keys[policy]), rate, 1))
        return min((_standing(*one) for one in buckets), key=lambda s: s.left, default=None)

    def spend_one(self, what: str, key: str, rate: Rate) -> None:
        """Takes one from a limit that the settings do not name, but turn off with the others. Raises RateLimited."""
        if not self.on:
            return
        now, shelf, key = self._now_ms(), self._others.setdefault(what, {}), self._key(key)
        bucket = shelf.setdefault(key, Bucket(float(rate.limit), now))
        if len(shelf) > _MOST:
            del shelf[next(iter(shelf))]
        bucket.refill(rate, now)
        wait_s = bucket.wait_s(rate)
        if wait_s:
            raise RateLimited(what, rate.limit, rate.window_s, wait_s)
        bucket.left -= 1
        self._note(Spent(what, key, rate, 1))

    def give_back(self, keys: dict[Policy, str]) -> None:
        """Takes back what was spent on a comment that turned out to be there already."""
        for policy, rate in self._rates.items():
            bucket = self._buckets[policy].get(self._key(keys.get(policy, "")))
            if bucket is not None:
                bucket.left = min(bucket.left + 1, rate.limit)
                self._note(Spent(policy, self._key(keys[policy]), rate, -1))

    async def _bucket(self, policy: Policy, key: str, posted_lately: Callable[[int, int], Awaitable[int]]) -> Bucket:
        rate, now, key = self._rates[policy], self._now_ms(), self._key(key)
        shelf = self._buckets[policy]
        bucket = shelf.get(key)
        if bucket is None:
            since = now - rate.window_s * 1000
            spent = await posted_lately(since, rate.limit) if policy == "member" else 0
            bucket = shelf.setdefault(key, Bucket(float(rate.limit - spent), now))
            if len(shelf) > _MOST:
                del shelf[next(iter(shelf))]
        bucket.refill(rate, now)
        return bucket


def _standing(policy: Policy, rate: Rate, bucket: Bucket) -> Standing:
    return Standing(
        policy, rate, int(bucket.left), max(1, round((rate.limit - bucket.left) * rate.window_s / rate.limit))
    )
