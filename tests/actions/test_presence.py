"""Who else is at the desk: told to the others of the site, forgotten with time, bounded."""

from service.actions.presence import STAYS_MS, Presence
from service.domain.member import Member
from tests.conftest import Blog, Clock, make_blog


def _numbered(member: Member, number: int) -> Member:
    return Member(**{**{name: getattr(member, name) for name in member.__struct_fields__}, "id": f"{number}"})


async def test_the_others_are_told(blog: Blog, clock: Clock) -> None:
    presence, other = Presence(clock), await make_blog(blog.res, "other")
    assert presence.look(blog.moderator, "a")
    assert presence.look(blog.owner, "b")
    assert presence.look(other.owner, "c")
    assert not presence.look(blog.owner, "b")  # no news
    assert [(one.name, one.comment_id) for one in presence.others(blog.moderator)] == [("Olive", "b")]
    assert [(one.name, one.comment_id) for one in presence.others(blog.owner)] == [("Mo", "a")]
    assert presence.others(other.owner) == []
    presence.leave(blog.moderator)
    assert presence.others(blog.owner) == []


async def test_who_says_nothing_has_gone(blog: Blog, clock: Clock) -> None:
    presence = Presence(clock)
    presence.look(blog.moderator, "a")
    clock.pass_s(STAYS_MS / 1000 + 1)
    assert presence.look(blog.owner, "b")
    assert presence.others(blog.owner) == []


async def test_no_more_than_so_many_are_remembered(blog: Blog, clock: Clock) -> None:
    presence = Presence(clock)
    for number in range(300):
        presence.look(_numbered(blog.moderator, number), "a")
    assert len(presence.others(blog.owner)) == 200
