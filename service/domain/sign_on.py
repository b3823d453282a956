"""A site's sign-on: how somebody else vouches for its people, what his token must say, and what becomes of whom."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from service.domain.errors import Fault, Invalid, SignOnRefused
from service.domain.jwt import HMAC, MAX_TEXT, SIGNED
from service.domain.member import Member, MemberStatus, Role
from service.domain.membership import admits
from service.domain.names import MAX_NAME, check_email, clean_name
from service.domain.site import Policy

Kind = Literal["off", "hs256", "jwks", "oidc"]
Vouched = Literal["no", "member", "moderator"]

LEEWAY_S = 60  # what clocks may differ by
LONGEST_S = 600
ROTATION_MS = 86_400_000  # how long the secret before this one still holds
_LATEST_S = 2**40
_NAMELESS = "Member"
_T = TypeVar("_T")


class SignOn(msgspec.Struct, frozen=True):
    """What a site's owner has set about it."""

    site_id: str
    kind: Kind = "off"
    issuer: str = ""
    jwks_url: str = ""
    client_id: str = ""
    client_secret: str = ""  # sealed, never as it was given
    roles: bool = False  # may a token make moderators?
    vouches: bool = False  # is everybody a member of whom a token does not say otherwise?
    generation: int = 1  # of the shared secret
    rotated_at: int | None = None  # milliseconds UTC
    version: int = 0  # 0: nothing has been set yet

    @property
    def algs(self) -> frozenset[str]:
        """The algorithms that may sign. One kind never takes the other's: a public key is no shared secret."""
        return HMAC if self.kind == "hs256" else SIGNED

    def generations(self, now_ms: int) -> list[int]:
        """Those of the shared secret that hold now, the newest first."""
        if self.rotated_at is not None and now_ms < self.rotated_at + ROTATION_MS:
            return [self.generation, self.generation - 1]
        return [self.generation]

    def changed(self, changes: Mapping[str, Any]) -> "SignOn":
        """With these in place of those of the same names. Another kind, or another provider, takes nothing over: no
        trust that was put in somebody else, and no secret that he was told."""
        new = msgspec.structs.replace(self, **changes)
        same = new.kind == self.kind and (new.kind != "oidc" or new.issuer == self.issuer)
        bare = SignOn(self.site_id, generation=self.generation, rotated_at=self.rotated_at, version=self.version)
        return new if same else msgspec.structs.replace(bare, **{"kind": self.kind, **changes})

    def faults(self) -> list[Fault]:
        """What is missing for this kind, or could be sent to nobody."""
        needed = {"jwks": ("issuer", "jwks_url"), "oidc": ("issuer", "client_id")}.get(self.kind, ())
        told = {"issuer": self.issuer, "client_id": self.client_id}
        return [
            *[Fault(f"/{name}", f"{self.kind} needs {name}.") for name in needed if not getattr(self, name)],
            *[Fault(f"/{name}", "This cannot be printed.") for name, text in told.items() if not text.isprintable()],
        ]


class Person(msgspec.Struct, frozen=True):
    """Somebody as a token tells of him. The subject is who he is; name and address are only what he has."""

    issuer: str
    subject: str
    told_at: int  # milliseconds UTC, by the clock of the one who vouches
    name: str
    email: str | None  # proven; any other is not looked at
    vouched: Vouched


class Identity(msgspec.Struct, frozen=True):
    """By which name elsewhere a member is known, what was last told of him, and what he has by that alone."""

    site_id: str
    issuer: str
    subject: str
    member_id: str
    name: str  # as told, which may be another's here
    gave: Vouched
    told_at: int


_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=_LATEST_S)]  # NumericDate (RFC 7519, section 2)


class _Times(msgspec.Struct, frozen=True):
    iss: str | None = None
    aud: str | list[str] = []
    iat: _Seconds | None = None
    exp: _Seconds | None = None
    nbf: _Seconds = 0.0


class _Told(msgspec.Struct, frozen=True):
    sub: _Text
    jti: _Text
    name: str | None = None
    email: str | None = None
    email_verified: bool = False
    roles: list[str] = []
    member: bool | None = None


def check_times(claims: Mapping[str, Any], issuer: str, audience: str, now_ms: int) -> int:
    """Is this for us, from the one we know, and of now? Gives the time of issue, in milliseconds.
    Raises SignOnRefused. (RFC 7519, section 4.1; RFC 8725)"""
    told, now = _shaped(claims, _Times), now_ms / 1000
    if issuer and told.iss != issuer:
        raise SignOnRefused("issuer")
    if audience not in ([told.aud] if isinstance(told.aud, str) else told.aud):
        raise SignOnRefused("audience")
    if told.iat is None or told.iat > now + LEEWAY_S:
        raise SignOnRefused("issued-at")
    if told.exp is None or now >= told.exp + LEEWAY_S:
        raise SignOnRefused("expired")
    if told.nbf > now + LEEWAY_S:
        raise SignOnRefused("not-yet")
    return int(told.iat * 1000)


def person_of(sign_on: SignOn, claims: Mapping[str, Any], now_ms: int) -> tuple[Person, str, int]:
    """Whom the claims of the blog's own token tell of, by which token id, and when that may be forgotten.
    Raises SignOnRefused."""
    told_at = check_times(claims, sign_on.issuer, sign_on.site_id, now_ms)
    if claims["exp"] - claims["iat"] > LONGEST_S:
        raise SignOnRefused("too-long-lived")
    told = _shaped(claims, _Told)
    if not (told.sub.isprintable() and told.jti.isprintable()):
        raise SignOnRefused("claims")
    email = proven(told.email) if told.email_verified else None
    vouched = vouched_for(sign_on, told.member, told.roles)
    person = Person(sign_on.issuer, told.sub, told_at, usable_name(told.name), email, vouched)
    return person, told.jti, int(claims["exp"] * 1000) + LEEWAY_S * 1000


def _shaped(claims: Mapping[str, Any], shape: type[_T]) -> _T:
    try:
        return msgspec.convert(claims, shape)
    except (msgspec.ValidationError, UnicodeEncodeError):  # half a surrogate pair, where no text belongs
        raise SignOnRefused("claims") from None


def vouched_for(sign_on: SignOn, member: bool | None, roles: list[str]) -> Vouched:
    """What the one who vouches makes of somebody, as far as the owner lets him."""
    if not (sign_on.vouches if member is None else member):
        return "no"
    return "moderator" if sign_on.roles and "moderator" in roles else "member"


def usable_name(*names: object) -> str:
    """The first of these that can be a name, cut to what fits."""
    for name in names:
        try:
            return clean_name(name[:MAX_NAME]) if isinstance(name, str) else clean_name("")
        except Invalid:
            continue
    return _NAMELESS


def proven(email: object) -> str | None:
    """The address, if it is one."""
    try:
        return check_email(email) if isinstance(email, str) else None
    except Invalid:
        return None


def token_key(jti: str) -> str:
    """What is kept of a token id."""
    return hashlib.sha256(jti.encode()).hexdigest()


def status_after(policy: Policy, member: Member, gave: Vouched, person: Person) -> MemberStatus:
    """The member's status after this was told. A suspension or a ban ends by no token; who left comes back as anybody
    would come; whose membership came from here loses it here."""
    allowed = person.vouched != "no" or admits(policy, person.email)
    if member.status in ("invited", "left"):
        return "active" if allowed else "invited"
    lapsed = gave != "no" and not allowed and role_after(member, gave, person) == "member"
    return "invited" if member.status == "active" and lapsed else member.status


def role_after(member: Member, gave: Vouched, person: Person) -> Role:
    """The member's role after this was told: only who was made a moderator by a token loses that by one."""
    if member.role == "member" and person.vouched == "moderator" and gave != "moderator":
        return "moderator"
    if member.role == "moderator" and gave == "moderator" and person.vouched != "moderator":
        return "member"
    return member.role


def given_after(member: Member, gave: Vouched, person: Person) -> Vouched:
    """What the member has by being vouched for, and would not have without."""
    if person.vouched == "no":
        return "no"
    if person.vouched == "moderator" and (gave == "moderator" or member.role == "member"):
        return "moderator"
    return "member" if gave != "no" or member.status in ("invited", "left") else "no"
