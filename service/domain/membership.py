"""Who becomes a member by what is known of him, and under which name. Who may comment stands in member.py."""

import re
from collections.abc import Iterator

import msgspec

from service.domain.member import Member, MemberStatus
from service.domain.names import MAX_NAME
from service.domain.site import Policy

# One plain address. What could be read as two (a@x, b@y) must never pass for one of the last one's domain.
_ONE_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x20\x7f]+@([^\s@<>,;:\"()\[\]\\\x00-\x20\x7f]+)")
_NUMBERED = 20


class Newcomer(msgspec.Struct, frozen=True):
    """Somebody whom a sign-on, a magic link or a provider tells of."""

    name: str
    email: str | None = None
    email_verified: bool = False  # has he proved that mail to this address reaches him?
    is_member: bool = False  # does the blog itself vouch for him?

    @property
    def proven_email(self) -> str | None:
        """The address if it is proven: no other is ever believed."""
        return self.email if self.email_verified else None


def admits(policy: Policy, email: str | None) -> bool:
    """Is whoever proves this address a member of the site? Its domain is named in the settings, letter for letter:
    those below it are not meant."""
    found = _ONE_ADDRESS.fullmatch(email or "")
    return found is not None and _ascii(found[1]) in policy.mail_domains


def _ascii(domain: str) -> str:
    """The domain as DNS knows it (IDNA, RFC 3490), in lower case."""
    try:
        return domain.lower().encode("idna").decode()
    except UnicodeError:
        return domain.lower()


def standing_of(policy: Policy, newcomer: Newcomer) -> MemberStatus:
    """The status that a newcomer begins with: active if vouched for or of a listed mail domain, else invited."""
    return "active" if newcomer.is_member or admits(policy, newcomer.proven_email) else "invited"


def rises(member: Member, status: MemberStatus) -> bool:
    """Does somebody known become what the rule gives now? Only upwards: no sign-on ends a suspension or a ban."""
    return member.status == "left" or (member.status == "invited" and status == "active")


def names_like(name: str, number: int) -> Iterator[str]:
    """The name, then "Ada 2" and so on, then with a number that hardly anybody can have yet."""
    yield name
    for suffix in [*range(2, _NUMBERED), number]:
        yield f"{name[: MAX_NAME - len(f' {suffix}')].rstrip()} {suffix}"
