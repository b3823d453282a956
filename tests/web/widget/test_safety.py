"""What others would do by way of the widget: no script runs, whatever is written, with the page's policy off; and with
the strictest policies the widget works."""

import json
from html import escape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from service.domain.markup import render
from tests.web.widget.conftest import Reading, Stage

RELIABILITY = Path(__file__).parents[4] / "shared" / "reliability"
ALLOWED = {"a", "blockquote", "br", "code", "del", "em", "li", "ol", "p", "pre", "s", "strong", "ul"}

# What stands in the text of comments: tags, attributes other than ours, links that lead elsewhere than they may.
LOOK = """() => {
  const found = [];
  const allowed = new Set(ALLOWED);
  for (const text of document.querySelector('greenroom-comments').shadowRoot.querySelectorAll('.text, .name')) {
    for (const one of text.querySelectorAll('*')) {
      if (!allowed.has(one.localName) && one.localName !== 'bdi') found.push(one.outerHTML);
      for (const {name} of one.attributes)
        if (one.localName !== 'a' || !['href', 'title', 'rel'].includes(name)) found.push(one.outerHTML);
      if (one.href && !['http:', 'https:', 'mailto:'].includes(one.protocol)) found.push(one.outerHTML);
    }
  }
  return found;
}""".replace("ALLOWED", json.dumps(sorted(ALLOWED)))


def payloads() -> list[str]:
    if not RELIABILITY.is_dir():
        pytest.skip("PAYLOADS SKIPPED: there is no ../shared/reliability with the public lists")
    lists = [
        json.loads((RELIABILITY / name).read_text(encoding="utf-8")) for name in ("xss_dompurify.json", "xss_h5sc.json")
    ]
    strings = json.loads((RELIABILITY / "blns.json").read_text(encoding="utf-8"))
    return [one["payload"] for some in lists for one in some] + [one for one in strings if isinstance(one, str)]


def watch(reader: Reading) -> list[str]:
    """Notes whatever a payload could do: dialogs, requests elsewhere, frames, pages."""
    seen: list[str] = []
    reader.page.on("dialog", lambda dialog: (seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
    reader.page.on("popup", lambda popup: seen.append(f"popup {popup.url}"))
    reader.page.on("framenavigated", lambda frame: seen.append(f"frame {frame.url}") if frame.parent_frame else None)
    return seen


def foreign(reader: Reading, stage: Stage) -> list[str]:
    ours = (stage.service.url, stage.blog.origin, "data:")
    return [one for one in reader.asked if not one.partition(" ")[2].startswith(ours)]


def as_html(field: str, payload: str) -> str:
    """What the service would say of a comment with this payload in it."""
    if field == "text":
        return render(payload, "ugc nofollow noopener")
    if field == "address":
        return f'<p><a href="{escape(payload)}">leads</a></p>'
    return payload if field == "html" else "<p>said</p>"


@pytest.mark.parametrize("field", ["text", "name", "address", "html"])
def test_every_payload_is_shown_and_none_runs(stage: Stage, reader: Reading, field: str) -> None:
    """As the service renders it, as a name, where a link leads, and as if the service's own cleaning had failed
    altogether."""
    thread = stage.thread()
    first = stage.comment(thread, "the shape")
    comments: list[dict[str, Any]] = []
    for number, payload in enumerate(payloads()):
        author = {**first["author"], "name": payload if field == "name" else "Mallory"}
        comments.append(
            {**first, "id": f"{number:024x}", "author": author, "text": payload, "html": as_html(field, payload)}
        )
    told = {"thread": {"key": thread, "url": None, "title": None, "state": "open", "count": len(comments)}}
    body = json.dumps({**told, "comments": comments, "next_cursor": None})
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
    reader.page.route("**/comments?**", lambda route: route.fulfill(body=body, headers=headers))
    seen = watch(reader)
    reader.open(stage.post(thread))
    expect(reader.comments).to_have_count(len(comments))
    reader.page.evaluate("""() => {
      for (const one of document.querySelector('greenroom-comments').shadowRoot.querySelectorAll('.text *')) {
        for (const type of ['click', 'mouseover', 'focus', 'error', 'load', 'animationend'])
          if (one.localName !== 'a') one.dispatchEvent(new Event(type));
      }
    }""")
    assert reader.page.evaluate(LOOK) == []
    assert seen == []
    assert foreign(reader, stage) == []
    assert reader.faults == []


def test_links_lead_where_they_say(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "[a](https://a.example/?x=1&y=2) <mailto:b@c.example> `<b>` &amp; ~~no~~")
    reader.open(stage.post(thread))
    link = reader.comments.get_by_role("link", name="a", exact=True)
    expect(link).to_have_attribute("href", "https://a.example/?x=1&y=2")
    rel = link.get_attribute("rel") or ""
    assert {"nofollow", "noopener", "ugc"} <= set(rel.split())
    expect(reader.comments.locator("code")).to_have_text("<b>")
    expect(reader.comments.locator("s, del")).to_have_text("no")


def test_the_strictest_policies_need_only_our_origin(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "It *hums*.")
    ours = stage.service.url
    policy = (
        f"default-src 'none'; script-src {ours}; connect-src {ours}; base-uri 'none'; form-action 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )
    token = stage.vouch("Strict")
    reader.open(stage.post(thread, f'sso="{token}" live', head="", Content_Security_Policy=policy))
    reader.expect_signed_in("Strict")
    reader.widget.get_by_label("Your comment").fill("**Strictly** speaking.")
    reader.widget.get_by_role("button", name="Preview").click()
    expect(reader.widget.locator("[part=preview] strong")).to_have_text("Strictly")
    reader.widget.get_by_role("button", name="Post comment").click()
    expect(reader.comments).to_have_count(2)
    colour = reader.comments.first.locator("[part=avatar]").evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour not in ("rgba(0, 0, 0, 0)", "transparent")
    assert reader.faults == []


def test_a_page_that_shadows_names_does_no_harm(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "one")
    names = ("text", "heading", "post", "h", "kept", "Thread")
    clobbered = "".join(f'<a id="{name}" name="{name}"></a>' for name in names)
    polluted = "<script>Object.prototype.html = '<img src=x onerror=alert(1)>';</script>"
    reader.page.goto(stage.blog.page(clobbered + polluted + stage.embedded(thread)))
    seen = watch(reader)
    expect(reader.comments).to_contain_text("one")
    assert reader.page.evaluate(LOOK) == []
    assert seen == []
