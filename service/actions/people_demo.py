"""Makes the demo site with people, a few comments on a second page, and a queue on which every key can be tried.

What is said here was made up; the addresses are those kept for examples (RFC 2606).
"""

from dataclasses import replace
from typing import NamedTuple

from service.actions.add_member import NewMember, add_member, find_member
from service.actions.changes import Change
from service.actions.decide_comments import Choice, decide_comments
from service.actions.draft import Draft
from service.actions.identify import Who
from service.actions.limits import Limits
from service.actions.report_comment import report_comment
from service.actions.resources import Resources
from service.actions.set_thread import set_thread
from service.actions.submit_comment import submit_comment
from service.domain.comment import Comment
from service.domain.member import Member, Role
from service.domain.site import Site

# The demo's post has no comments yet, as in the beginning; another page has a few that wait for a moderator.
_PAGE, _TITLE = "/demo/on-soldering", "On soldering, and patience"
PEOPLE: tuple[tuple[str, Role], ...] = (
    ("Robin", "owner"),
    ("Ada", "member"),
    ("Grace", "member"),
    ("Edsger", "member"),
    ("Barbara", "member"),
    ("Ken", "member"),
    ("Lucky Winner", "member"),
    ("Nadia from growth", "member"),
)


class _Said(NamedTuple):
    """One comment of the sample: by whom, what, in answer to which (its number), and whether it is published."""

    author: str
    text: str
    answers: int | None = None
    approved: bool = False


SAMPLE: tuple[_Said, ...] = (
    _Said(
        "Barbara", "I rebuilt the same set last winter. The hum was the second capacitor, not the first.", None, True
    ),
    _Said("Ken", "Was it an electrolytic one? Mine looked fine and measured a tenth of what it should.", 0, True),
    _Said(
        "Grace",
        "Thank you for the part about flux. I had been blaming my iron for years.\n\n"
        "Which tip do you use for the small pads? I found these three helpful:\n\n"
        "- https://example.org/tips\n- https://example.com/flux\n- https://example.net/iron",
    ),
    _Said(
        "Edsger",
        "BEST CASINO BONUS!!! Win $$$ cash today, no deposit needed!\n"
        "http://casino-win.example/free http://casino-win.example/vip whatsapp +1 555 0100",
    ),
    _Said("Barbara", "Electrolytic, yes. It had leaked so little that only the smell gave it away.", 1),
    _Said(
        "Ken",
        "You write that patience is the tool. Nonsense! A *temperature-controlled* iron is the tool.",
        approved=True,
    ),
    _Said("Grace", "Ken, that is unkind, and it is wrong: nobody who knows anything about solder would say so.", 5),
    _Said(
        "Lucky Winner",
        "I made $4,500 last week working from home, ask me how at http://easy-money.example/start1 today",
    ),
    _Said(
        "Nadia from growth",
        "I made $4,500 last week working from home, ask me how at http://easy-money.example/start2 today!",
    ),
    _Said(
        "Edsger",
        "I made $4,500 last week working from home, ask me how at http://easy-money.example/start3 today.",
    ),
    _Said(
        "Nadia from growth",
        "Great article! Very informative. Our agency helps blogs like yours rank on the first page, see"
        " https://rank-higher.example/offer",
    ),
    _Said("Barbara", "> patience is the tool\n\nI have this on a card above my bench now. Thank you."),
    _Said("Edsger", "Is there a drawing of the bench somewhere? The photo does not load for me."),
    _Said("Ken", "Off topic, sorry: does anybody here know where to get a new dial cord?", approved=True),
    _Said("Grace", "Ken, try the fishing shop. Waxed line, 0.6 mm. I am quite serious.", 13),
    _Said("Lucky Winner", "cheap pills without prescription, fast shipping, best price http://pills.example"),
)
_REPORTED, _COMPLAINT = 1, "He asks this under every post."


async def people_the_demo(res: Resources, site: Site) -> None:
    """Whoever is missing: a start may have been interrupted. The comments come once, with the people."""
    missing = [(name, role) for name, role in PEOPLE if await find_member(res, site, name) is None]
    people = {name: await add_member(res, site, NewMember(name, role=role)) for name, role in missing}
    if len(people) == len(PEOPLE):
        unhurried = replace(res, limits=Limits({}, res.now_ms))  # all at once, whatever the limits are
        await _say(unhurried, site, people)
    res.changes.announce(Change(site.id))


async def _say(res: Resources, site: Site, people: dict[str, Member]) -> None:
    said: list[Comment] = []
    for one in SAMPLE:
        parent = said[one.answers].id if one.answers is not None else None
        draft = Draft(_PAGE, one.text, title=_TITLE, parent_id=parent)
        comment = (await submit_comment(res, Who(site, "demo", people[one.author]), draft, lambda _: [])).comment
        if not said:  # from now on all that comes to this page waits, so that there is something to decide
            await set_thread(res, site, comment.thread_id, {"moderation": "always"})
        if one.approved and comment.status != "approved":
            await decide_comments(res, people["Robin"], "approve", [Choice(comment.id, comment.version)], None)
        said.append(comment)
    await report_comment(res, Who(site, "demo", people["Grace"]), said[_REPORTED].id, _COMPLAINT, lambda _: [])
