"""Finds out who asks: from a token or a key to a member of the site, and what he may do here."""

from hashlib import sha256

import msgspec

from service.actions.resources import Resources
from service.actions.use_key import use_key
from service.domain.errors import NotModerator, NotSignedIn
from service.domain.key import API_PREFIX
from service.domain.member import Member
from service.domain.site import Site
from service.domain.token import Scope


class Who(msgspec.Struct, frozen=True):
    """The one who asks: on which site, from which address, and as which member, if any."""

    site: Site
    address: str  # an opaque key for rate limits, not the address itself
    member: Member | None = None
    token_hash: str | None = None  # None: a visitor, or a key
    moderates: bool = False  # may he decide about others' comments, with this token and at this moment?
    reads_only: bool = False  # a key of this scope changes nothing

    @property
    def owns(self) -> bool:
        """May he change the site's settings and members, with this token?"""
        return self.moderates and self.member is not None and self.member.role == "owner"

    def signed_in(self) -> Member:
        """The member. Raises NotSignedIn."""
        if self.member is None:
            raise NotSignedIn
        return self.member

    def moderator(self) -> Member:
        """The member, who moderates. Raises NotSignedIn or NotModerator."""
        member = self.signed_in()
        if not self.moderates:
            raise NotModerator
        return member

    def owner(self) -> Member:
        """The member, who owns the site. Raises NotSignedIn or NotModerator."""
        member = self.signed_in()
        if not self.owns:
            raise NotModerator("Only the owners of this blog may do this.")
        return member


def hash_of(token: str) -> str:
    """What is kept of a token: its SHA-256 (FIPS 180-4). A token has 256 bits of chance, so no salt is needed."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


async def identify(res: Resources, site: Site, raw_token: str, scopes: tuple[Scope, ...], address: str) -> Who:
    """The member behind this token or key. Raises NotSignedIn, the same for whatever does not hold."""
    if raw_token.startswith(API_PREFIX) and "full" in scopes:
        return await _by_key(res, site, raw_token, address)
    token = await res.cache.token(hash_of(raw_token))
    if token is None or token.site_id != site.id or token.scope not in scopes:
        raise NotSignedIn
    if token.revoked_at is not None or token.expires_at <= res.now_ms():
        raise NotSignedIn
    member = await res.cache.member(site.id, token.member_id)
    if member is None or member.status == "left":
        raise NotSignedIn
    moderates = token.scope != "comment" and member.moderates(res.now_ms())
    return Who(site, address, member, token.hash, moderates)


async def _by_key(res: Resources, site: Site, raw_key: str, address: str) -> Who:
    """The member who made this key, with what it leaves him of his powers. Raises NotSignedIn."""
    key = await res.cache.key(hash_of(raw_key))
    if key is None or key.site_id != site.id or key.kind != "api":
        raise NotSignedIn
    member = await res.cache.member(site.id, key.member_id)
    if member is None or not key.holds(member, res.now_ms()):
        raise NotSignedIn
    use_key(res, key)
    return Who(site, address, member, None, key.scope != "comment", key.scope == "read")
