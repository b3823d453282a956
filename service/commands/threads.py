"""greenroom threads: the discussions of a site's pages, listed, set, and moved when the blog moves."""

import re
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from service.actions.forget_key import forget_key
from service.actions.move_thread import move_thread
from service.actions.move_threads import Outcome, move_threads
from service.actions.resources import Resources
from service.actions.rewrite_origin import rewrite_origin
from service.actions.set_thread import set_thread, thread_at, threads_page
from service.commands.pairs import read_pairs
from service.commands.site import origin_of
from service.commands.wiring import run, site_named, site_option
from service.domain.errors import Fault, Invalid
from service.domain.moves import Pair
from service.domain.site import Site
from service.domain.thread import canonical_key, lookup_key
from service.web.shapes.threads import ThreadBody
from service.web.times import from_rfc3339


@click.group()
def command() -> None:
    """List, open, close and move the discussions of a site's pages."""


@command.command(name="list")
@site_option
def list_threads(site_name: str) -> None:
    """List a site's threads: key, state now, moderation, approved comments, title."""

    async def work(res: Resources) -> None:
        site, after = await site_named(res, site_name), ""
        while True:
            found, next_id = await threads_page(res, site, after, 200)
            for one in found:
                state, moderation = one.state_now(site.policy, res.now_ms()), one.moderation_now(site.policy)
                click.echo(f"{one.key}\t{state}\t{moderation}\t{one.count}\t{_in_a_line(one.title or '')}")
            if next_id is None:
                return
            after = next_id

    run(work)


def _in_a_line(title: str) -> str:
    """Titles come from readers' browsers: what would move a terminal's cursor is no part of one."""
    return "".join(c if c.isprintable() else " " for c in title)


@command.command(name="set")
@site_option
@click.argument("key")
@click.argument("assignments", nargs=-1, required=True, metavar="NAME=VALUE...")
def set_one(site_name: str, key: str, assignments: tuple[str, ...]) -> None:
    """Set the state, moderation, title, url or published_at of the thread of the page KEY.

    state=closed, moderation=always; an empty value lets the site's policy speak again.
    """

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        changes = _read(assignments)
        thread = await thread_at(res, site, key)
        thread = await set_thread(res, site, thread.id, changes)
        state, moderation = thread.state_now(site.policy, res.now_ms()), thread.moderation_now(site.policy)
        click.echo(f"{thread.key}\t{state}\t{moderation}\t{thread.count}\t{_in_a_line(thread.title or '')}")

    run(work)


def _read(assignments: tuple[str, ...]) -> dict[str, Any]:
    """What to set, by the rules of PATCH S/threads/{id}. Raises Invalid, naming all that is wrong."""
    changes: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, equals, value in (one.partition("=") for one in assignments):
        try:
            if not equals:
                raise Invalid([Fault("", "Write NAME=VALUE, like state=closed.")])
            msgspec.convert({name: value or None}, ThreadBody)
            timed = name == "published_at" and value
            changes[name] = from_rfc3339(value, "") if timed else value or None
        except msgspec.ValidationError as wrong:
            faults.append(Fault(name, str(wrong).partition(" - at ")[0] + "."))
        except Invalid as wrong:
            faults.append(Fault(name, wrong.faults[0].detail))
    if faults:
        raise Invalid(faults)
    return changes


@command.command()
@site_option
@click.argument("key")
def forget(site_name: str, key: str) -> None:
    """Let KEY, where a thread was before it moved, be a page of its own again."""

    async def work(res: Resources) -> None:
        gone = await forget_key(res, await site_named(res, site_name), key)
        click.echo(f"{canonical_key(key)} leads no longer to {gone.key}.")

    run(work)


@command.command()
@site_option
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--origin-from", metavar="URL", help="Where the blog was, like https://old.example.")
@click.option("--origin-to", metavar="URL", help="Where the blog is now.")
@click.argument("what", nargs=-1, metavar="FILE | OLD NEW")
def move(site_name: str, dry_run: bool, origin_from: str | None, origin_to: str | None, what: tuple[str, ...]) -> None:
    """Move threads to the keys that their pages have now.

    FILE has an old and a new key a line, as CSV, TSV or JSON Lines ({"old": ..., "new": ...}), .gz or plain; - reads
    standard input. All lines speak of the same moment, so pages may change places, and a file may be run again: what
    it moved once it leaves alone. Where a thread stands at the new key already, the comments go into that one. Old
    keys go on leading to their threads.

    With --origin-from and --origin-to the blog's domain has changed: threads keep their keys, their addresses change.
    """
    if bool(origin_from) != bool(origin_to) or len(what) not in ((0,) if origin_from else (1, 2)):
        raise click.UsageError("Name a FILE, or OLD and NEW, or --origin-from and --origin-to.")
    raw = _contents(what[0]) if len(what) == 1 else b""

    async def work(res: Resources) -> None:
        site = await site_named(res, site_name)
        if origin_from and origin_to:
            await _move_origin(res, site, origin_from, origin_to, dry_run)
        elif len(what) == 2:
            await _move_one(res, site, *what, dry_run)
        else:
            async for outcome in move_threads(res, site, read_pairs(raw), dry_run):
                click.echo(_told(outcome))
        if dry_run:
            click.echo("A dry run: nothing was written.", err=True)

    run(work)


def _contents(name: str) -> bytes:
    """The bytes of a file, or of standard input."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}.") from error


async def _move_one(res: Resources, site: Site, old: str, new: str, dry_run: bool) -> None:
    """What is said by hand is done again, whatever was said before."""
    pair = Pair(1, canonical_key(old, "/OLD"), canonical_key(new, "/NEW"))
    thread = await thread_at(res, site, old)
    if lookup_key(thread.key) != lookup_key(pair.old):
        click.echo(_told(Outcome(pair, "before", at=thread.key)))
        return
    moved = await move_thread(res, site, thread.id, new, dry_run)
    click.echo(_told(Outcome(pair, moved.outcome, moved.comments)))


def _told(done: Outcome) -> str:
    what: dict[str, str] = {
        "merged": f"merged, {done.comments} comment{'' if done.comments == 1 else 's'}",
        "before": f"moved before, stands at {done.at}",
    }
    return f"{done.pair.old}\t{done.pair.new}\t{what.get(done.outcome, done.outcome)}"


async def _move_origin(res: Resources, site: Site, old: str, new: str, dry_run: bool) -> None:
    origins = [origin_of(one) for one in (old, new)]
    wrong = [one for one in origins if not re.fullmatch(r"https?://[^/\s]+", one)]
    if wrong:
        raise Invalid([Fault("", f"'{wrong[0]}' is no origin; one is like https://blog.example.")])
    changed = await rewrite_origin(res, site, origins[0], origins[1], dry_run)
    what = "1 address" if changed == 1 else f"{changed} addresses"
    click.echo(f"{what} {'would be' if dry_run else 'is now' if changed == 1 else 'are now'} at {origins[1]}.")
    if not site.allows_origin(origins[1]):
        listed = ",".join([*(one for one in site.policy.origins if one != origins[0]), origins[1]])
        click.echo(f"Set the site's origins, too: greenroom settings --site {site.id} origins={listed}")
