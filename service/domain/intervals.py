"""How sure a count makes us: intervals for shares, and the paired sign test. Pure arithmetic, nothing of comments."""

from math import exp, lgamma, log, log1p, sqrt

import msgspec

Z_95 = 1.959964  # two-sided
_HALVINGS = 60


class Share(msgspec.Struct, frozen=True):
    """`count` of `of`, and between which shares the true one lies with 95 % confidence (Wilson 1927)."""

    count: int
    of: int
    share: float | None  # None: of none
    low: float
    high: float


def share_of(count: int, of: int) -> Share:
    """The share with its interval; from 0 to 1 where nothing is known."""
    if of == 0:
        return Share(0, 0, None, 0.0, 1.0)
    found, z2 = count / of, Z_95 * Z_95
    middle = (found + z2 / (2 * of)) / (1 + z2 / of)
    reach = Z_95 / (1 + z2 / of) * sqrt(found * (1 - found) / of + z2 / (4 * of * of))
    low, high = max(middle - reach, 0.0), min(middle + reach, 1.0)
    return Share(count, of, found, low if count else 0.0, high if count < of else 1.0)


def at_most(count: int, of: int, confidence: float = 0.95) -> float:
    """The share that the true one does not exceed with this confidence (Clopper and Pearson 1934, one-sided)."""
    if count >= of:
        return 1.0
    low, high = count / of, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if chance_of_at_most(count, of, middle) > 1 - confidence else (low, middle)
    return high


def chance_of_at_most(count: int, of: int, share: float) -> float:
    """How probable so few are, or fewer, where each of so many comes with this probability (binomial)."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 1.0 if count >= of else 0.0
    whole = lgamma(of + 1)
    odds, never = log(share) - log1p(-share), of * log1p(-share)
    terms = (whole - lgamma(k + 1) - lgamma(of - k + 1) + k * odds + never for k in range(count + 1))
    return min(sum(exp(term) for term in terms), 1.0)


def chance_of_at_least(count: int, of: int, share: float) -> float:
    """How probable so many are, or more."""
    return chance_of_at_most(of - count, of, 1 - share)


def sign_test(worse: int, better: int) -> float:
    """How probable so many turns for the worse among all turns are, if either way were as likely.

    One-sided; for pairs that either agree or turn it is McNemar's test in its exact form.
    """
    return chance_of_at_least(worse, worse + better, 0.5) if worse + better else 1.0
