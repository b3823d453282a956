"""A site (a blog that we serve) and its policy: everything that its owner decides."""

from typing import Annotated, Literal

import msgspec

from service.domain.errors import Fault

WhoMayComment = Literal["anyone", "signed_in", "members"]
Moderation = Literal["always", "sometimes", "model", "never"]
ThreadState = Literal["open", "closed", "hidden"]

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[tuple[Word, ...], msgspec.Meta(max_length=2_000)]
Origin = Annotated[
    str, msgspec.Meta(pattern=r"^https?://[a-z0-9.\-\[\]:]+\Z", max_length=300, examples=["https://blog.example"])
]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", max_length=35, examples=["en"])]
Origins = Annotated[tuple[Origin, ...], msgspec.Meta(max_length=50)]
Domain = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?(\.[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?)+\Z",
        max_length=253,
        examples=["school.example"],
    ),
]
Address = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[^\s@<>,;:\"()\[\]\\\x00-\x20\x7f]+@[a-z0-9.\-]+\.[a-z0-9\-]+\Z",
        max_length=254,
        examples=["mo@blog.example"],
    ),
]
Addresses = Annotated[tuple[Address, ...], msgspec.Meta(max_length=10)]


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a site's owner decides. The names are those of the settings, in JSON and on the command line."""

    who_may_comment: WhoMayComment = "members"
    moderation: Moderation = "model"
    sometimes_after_days: Days = 14
    first_comments_held: Count = 0
    hold_at: Share | None = None  # None: as the card of the model in service says
    spam_at: Share | None = None
    state: ThreadState = "open"
    close_after_days: Days = 0  # 0: never
    form_message: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    edit_window_s: Annotated[int, msgspec.Meta(ge=0, le=31_536_000)] = 900
    max_links: Count = 2
    hold_words: Words = ()
    refuse_words: Words = ()
    origins: Origins = ()
    languages: Annotated[tuple[Language, ...], msgspec.Meta(max_length=50)] = ()  # none named: all are welcome
    ip_retention_days: Days = 30
    rejected_retention_days: Days = 180  # texts of rejected and removed comments; 0: kept for good
    mail_domains: Annotated[tuple[Domain, ...], msgspec.Meta(max_length=100)] = ()  # whose people are members
    moderation_mail: Addresses = ()  # told of comments that wait for a moderator
    moderation_mail_every: Literal["comment", "hour", "day"] = "comment"
    comment_mail: Addresses = ()  # told of every comment that is published
    honest_held_one_in: Annotated[int, msgspec.Meta(ge=2, le=10_000)] | None = None  # sets hold_at and spam_at
    audit_share: Share = 0.0  # of the comments that are published at once, picked at random for a look
    retraining: Literal["after_decisions", "daily", "by_hand"] = "after_decisions"
    link_rel: Annotated[
        str, msgspec.Meta(pattern=r"^[a-z]+( [a-z]+)*\Z", max_length=100, examples=["ugc nofollow noopener"])
    ] = "ugc nofollow noopener"

    def faults(self) -> list[Fault]:
        """What is wrong between the settings, each of which is right by itself."""
        if self.honest_held_one_in is not None and (self.hold_at, self.spam_at) != (None, None):
            return [
                Fault(
                    "/honest_held_one_in",
                    "It sets hold_at and spam_at itself: set both of them to null, or this one.",
                )
            ]
        if self.hold_at is not None and self.spam_at is not None and self.hold_at > self.spam_at:
            return [Fault("/hold_at", f"hold_at ({self.hold_at}) must not be above spam_at ({self.spam_at}).")]
        return []


class Site(msgspec.Struct, frozen=True):
    """A blog that we serve. Its id is its name: short, lower-case, in every URL."""

    id: str
    policy: Policy
    created_at: int  # milliseconds UTC
    version: int

    def allows_origin(self, origin: str) -> bool:
        """May a page of this origin (RFC 6454, as in the Origin header) talk to the site?"""
        return origin in self.policy.origins


SITE_NAME_PATTERN = r"^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\Z"
