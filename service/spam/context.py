"""What is known around a comment, as log-odds with a code and a sentence each: clues that its text cannot give.

Pure: the facts are gathered elsewhere. The weights are judgements, stated here and explained in docs/model.md, since
no public data have these facts; each is bounded, and so is their sum, so that no clue decides alone.
"""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from service.spam import facts, normalise
from service.spam.facts import Sample

LOWEST, HIGHEST = -3.0, 4.0  # of all clues together

ON_TOPIC, OFF_TOPIC = -1.0, 0.5
NEW_HOST, MOST_NEW_HOSTS = 0.7, 1.2
KEYWORD_NAME = 1.5  # together with what `facts.STATED` has counted of the same name
FIRST_COMMENT, SECOND_COMMENT = 0.4, 0.2
APPROVED, SPAM, RECORD = -0.45, 1.1, 2.5  # for each doubling or so; the bound of both together
NEAR_DUPLICATE, MORE_NEAR_DUPLICATES, MOST_NEAR_DUPLICATES = 1.0, 0.7, 3.0
AT_ONCE, TOO_FAST = 1.5, 0.8
_AT_ONCE_S = 2.0
_FEWEST_OF_POST = 20  # different longer words, from which on sharing none says something
_FASTEST = 15.0  # signs a second that nobody types

_WORD = re.compile(r"\w{4,}")
_NAME_WORD = re.compile(r"[^\W\d_]{3,}")
_HOST = re.compile(r"\b(?:https?://|www\.)[^\s<>\"')\]]+", re.I)
_TRADE = frozenset(_WORD.findall("""
    agency betting bitcoin bonus casino cheap cleaning clinic coupon course courses credit crypto dating dentist deals
    discount download escort essay forex free gambling games hosting hotel insurance invest jobs lawyer loan loans
    marketing money mortgage movers online outlet packers pharmacy pills plumber poker porn price prices profit promo
    recovery rental repair replica review reviews roofing sale service services shop slot slots software solutions store
    supplements support tablets taxi tickets tour tours trading training travel viagra visa wholesale
"""))  # fmt: skip


class Clue(NamedTuple):
    """One ground: a code for programs, a sentence for people, and what it adds to the log-odds of spam."""

    code: str
    detail: str
    log_odds: float


class Circumstances(NamedTuple):
    """What the service knows around a comment; None and 0 where it knows nothing, which is no clue."""

    sample: Sample
    post: str | None = None  # title and text of the post, as far as they are known
    new_hosts: Sequence[str] = ()  # hosts that the comment links to and no approved comment of the site did
    approved: int | None = None  # of the member's comments on the site; None: a guest, who has no record
    spam: int = 0  # of the member's comments that were marked as spam
    near_duplicates: int = 0  # recent comments of others, or elsewhere, with nearly this text
    seconds: float | None = None  # from the page's load to the sending


def clues(around: Circumstances) -> tuple[Clue, ...]:
    """All clues that hold, the heaviest first."""
    found = (
        topic(around.sample.text, around.post),
        hosts(around.new_hosts),
        name(around.sample),
        firsts(around.approved),
        record(around.approved, around.spam),
        near_duplicates(around.near_duplicates),
        speed(around.sample.text, around.seconds),
    )
    return tuple(sorted((clue for clue in found if clue), key=lambda clue: -abs(clue.log_odds)))


def total(found: Sequence[Clue]) -> float:
    """What all clues together add to the log-odds of spam, within bounds."""
    return min(max(sum(clue.log_odds for clue in found), LOWEST), HIGHEST)


def moved(score: float, found: Sequence[Clue]) -> float:
    """A calibrated probability of spam, moved by the clues; 0 and 1 stay what they are."""
    if not 0.0 < score < 1.0:
        return score
    return 0.5 + 0.5 * math.tanh(0.5 * (math.log(score) - math.log1p(-score) + total(found)))


def link_hosts(text: str) -> frozenset[str]:
    """Hosts of the addresses in a raw text, in lower case and without www."""
    return frozenset(host for address in _HOST.findall(text) if (host := _host(address)))


def topic(text: str, post: str | None) -> Clue | None:
    """Whether the comment's longer words, read through disguises, are words of the post."""
    if post is None or len(post) < 5 * _FEWEST_OF_POST:
        return None
    theirs = _words(post)
    if len(theirs) < _FEWEST_OF_POST:
        return None
    ours = _words(_HOST.sub(" ", text))
    if len(ours) < 3:
        return None
    shared = ours & theirs
    if len(shared) >= 2:
        weight = ON_TOPIC * min(1.0, 2.5 * len(shared) / len(ours))
        return Clue("on-topic", f"{len(shared)} of its {len(ours)} longer words are in the post.", weight)
    if not shared and len(ours) >= 8:
        return Clue("off-topic", f"None of its {len(ours)} longer words is in the post.", OFF_TOPIC)
    return None


def hosts(new: Sequence[str]) -> Clue | None:
    """Links to hosts that no approved comment of the site has linked to."""
    if not new:
        return None
    shown = ", ".join(f"{host:.60}" for host in sorted(new)[:3]) + (" and more" if len(new) > 3 else "")
    return Clue("new-link-host", f"Links to what nobody linked to here before: {shown}.",
                min(NEW_HOST * len(new), MOST_NEW_HOSTS))  # fmt: skip


def name(sample: Sample) -> Clue | None:
    """A name that is an advertisement, beyond what the model has counted of it: trade words, or those of its link."""
    words = [word.lower() for word in _NAME_WORD.findall(sample.author_name)]
    trade = [word for word in words if word in _TRADE]
    host = re.sub(r"\W|_", "", _host(sample.author_url) or "")
    repeated = [word for word in words if len(word) >= 4 and word in host]
    strength = 0.5 * min(len(trade), 2) + (0.5 if len(words) > 1 and len(repeated) > 1 else 0.0)
    left = KEYWORD_NAME - sum(facts.STATED[fact] for fact in facts.stated(sample))
    weight = min(strength, left)
    if weight <= 0.0 or not (trade or len(repeated) > 1):
        return None
    seen = ", ".join(dict.fromkeys(trade or repeated))
    return Clue("keyword-name", f"The name reads like an advertisement: {seen:.80}.", weight)


def firsts(approved: int | None) -> Clue | None:
    """The first comments of a member, or a guest of whom nothing is known, need more trust than others."""
    if approved is None or approved > 1:
        return None
    words = "The member has no approved comment yet." if approved == 0 else "The member has one approved comment."
    return Clue("new-author", words, (FIRST_COMMENT, SECOND_COMMENT)[approved])


def record(approved: int | None, spam: int) -> Clue | None:
    """What became of the member's other comments."""
    if approved is None or approved + spam == 0:
        return None
    weight = APPROVED * math.log2(1 + max(approved - 1, 0)) + SPAM * math.log2(1 + spam)
    if weight == 0.0:
        return None
    detail = f"Of the member's comments {approved} were approved and {spam} were spam."
    return Clue("member-record", detail, min(max(weight, -RECORD), RECORD))


def near_duplicates(count: int) -> Clue | None:
    """Nearly the same text elsewhere, not long ago."""
    if count <= 0:
        return None
    weight = min(NEAR_DUPLICATE + MORE_NEAR_DUPLICATES * math.log2(count), MOST_NEAR_DUPLICATES)
    amount = "1 recent comment is" if count == 1 else f"{count} recent comments are"
    return Clue("near-duplicates", f"{amount} nearly the same.", weight)


def speed(text: str, seconds: float | None) -> Clue | None:
    """Sent sooner than a person reads a page or types a text. People paste too, so it weighs little."""
    if seconds is None or not seconds >= 0.0:
        return None
    if seconds < _AT_ONCE_S:
        return Clue("sent-at-once", f"Sent {seconds:.1f} seconds after the page was opened.", AT_ONCE)
    if len(text) > _FASTEST * seconds:
        return Clue("sent-fast", f"{len(text)} signs within {seconds:.0f} seconds of opening the page.", TOO_FAST)
    return None


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(normalise.normalise(text)))


def _host(address: str) -> str | None:
    try:
        found = urlsplit(address if "://" in address else f"http://{address}").hostname
    except ValueError:
        return None
    return found.removeprefix("www.").rstrip(".") or None if found else None
