"""How the widget looks and is heard, in every state: axe-core, both schemes, narrow and wide, right to left, keyboard,
sizes, and that nothing moves."""

import gzip
import re
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from service.web.widget.parts import sources
from tests.web.widget.conftest import LOOK, Readers, Reading, Stage

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SCHEMES = "<style>html { color-scheme: light dark; background: Canvas; color: CanvasText; }" + LOOK + "</style>"
SHIFTS = """new PerformanceObserver(list => {
  for (const one of list.getEntries()) (window.shifts ??= []).push(one.value);
}).observe({type: 'layout-shift', buffered: true});"""


CONTRASTS = """pages => {
  const host = document.querySelector("greenroom-comments");
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  const light = colour => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data]
      .map(one => one / 255).map(one => one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b + .05;
  };
  const between = (one, other) => Math.max(light(one) / light(other), light(other) / light(one));
  return pages.map(([text, page, accent]) => {
    host.style = `color: ${text}` + (accent ? `; --greenroom-accent: ${accent}` : "");
    const main = host.shadowRoot.querySelector(".main");
    const { backgroundColor } = getComputedStyle(main);
    return [between(backgroundColor, getComputedStyle(main.firstChild).color), between(backgroundColor, page)];
  });
}"""


def findings(page: Page) -> list[str]:
    """What axe-core finds in the comments."""
    page.evaluate(f"() => {{ {AXE} }}")
    found = page.evaluate("rules => axe.run('greenroom-comments', rules)", RULES)
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


@pytest.fixture(scope="module")
def talk(stage: Stage) -> str:
    """A thread with everything in it."""
    thread = stage.thread()
    emmy = stage.member("Emmy")
    one = stage.comment(thread, "Old sets are *honest* company.\n\n> Ninety seconds\n\n`code`, https://a.example/")
    reply = stage.comment(thread, "I agree.", emmy, parent_id=one["id"])
    gone = stage.comment(thread, "Gone.", parent_id=reply["id"])
    stage.comment(thread, "A reply to what is gone.", parent_id=gone["id"])
    stage.decide("remove", gone)
    with stage.policy(moderation="always"):
        stage.comment(thread, "Held.", emmy)
    return thread


def test_buttons_can_be_read_whatever_colours_the_blog_has(stage: Stage, reader: Reading) -> None:
    """WCAG 1.4.3: what stands on a button, and the accent on the page, by 4.5 to 1 at least."""
    reader.open(stage.post(stage.thread()))
    expect(reader.widget.locator(".main")).to_be_visible()
    pages = [["#000", "#fff"], ["#20251f", "#fbfaf6"], ["#333", "#fff"], ["#555", "#fff"], ["#3a2a1a", "#f4ecd8"]]
    pages += [["#ccc", "#222"], ["#e4e8e1", "#131813"], ["#fff", "#000"]]
    found = reader.page.evaluate(CONTRASTS, pages)
    assert [pair for pair, contrasts in zip(pages, found, strict=True) if min(contrasts) < 4.5] == [], found
    own = [
        ["#222", "#fff", accent] for accent in ("#8a1f3d", "#ffd54f", "#777", "#06c", "#e00", "#3b8", "#000", "#fff")
    ]
    found = reader.page.evaluate(CONTRASTS, own)
    assert [accent for (*_, accent), (words, _) in zip(own, found, strict=True) if words < 4.5] == [], found


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        pytest.param("light", 1280, marks=pytest.mark.long),
        ("dark", 320),
        pytest.param("dark", 1280, marks=pytest.mark.long),
        pytest.param("light", 320, marks=pytest.mark.long),
    ],
)
def test_axe_finds_nothing_in_any_state(stage: Stage, readers: Readers, talk: str, scheme: str, width: int) -> None:
    reader = readers(color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = reader.open(stage.post(talk, head=SCHEMES))
    assert findings(page) == [], "signed out"
    reader.open(stage.post(talk, f'sso="{stage.vouch("Emmy")}"', head=SCHEMES))
    if width == 320:
        reader.widget.get_by_role("button", name="Post a Comment").click()
    reader.expect_signed_in("Emmy")
    expect(reader.comments).to_have_count(5)
    reader.comments.first.get_by_role("button", name="Reply").click()
    reader.widget.get_by_role("button", name="Post reply").click()
    reader.comments.nth(1).get_by_role("button", name="Edit").click()
    reader.comments.first.get_by_role("button", name="Report").click()
    reader.comments.last.get_by_role("button", name="Delete").click()
    assert findings(page) == [], "at work"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    reader.open(stage.post(talk, f'sso="{stage.vouch("Outsider", member=False)}"', head=SCHEMES))
    expect(reader.widget.locator(".panel")).to_be_visible()
    assert findings(page) == [], "no member"


def test_right_to_left(stage: Stage, readers: Readers, talk: str) -> None:
    reader = readers(viewport={"width": 320, "height": 800})
    page = reader.open(stage.post(talk, f'sso="{stage.vouch("Emmy")}"', lang="ar", head=SCHEMES))
    expect(reader.widget.locator(".as")).to_be_attached()
    assert findings(page) == []
    avatar = reader.comments.first.locator("[part=avatar]").bounding_box()
    assert avatar
    assert avatar["x"] > 200
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_targets_are_large_enough(stage: Stage, reader: Reading, talk: str) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 CSS pixels, or as much space around."""
    reader.open(stage.post(talk, f'sso="{stage.vouch("Emmy")}"'))
    reader.expect_signed_in("Emmy")
    for target in reader.widget.locator("button:visible, header a:visible, .foot a:visible").all():
        box = target.bounding_box()
        assert box
        assert box["height"] >= 24, target.inner_text()


def test_by_keyboard_alone(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "one")
    page = reader.open(stage.post(thread, f'sso="{stage.vouch("Keys")}"'))
    reader.expect_signed_in("Keys")
    reached: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        focus = "document.activeElement.shadowRoot?.activeElement"
        told = page.evaluate(f"{focus} && [{focus}.textContent || {focus}.id, getComputedStyle({focus}).outlineStyle]")
        if told:
            reached.append(told[0])
            assert told[1] != "none", told
        if told and told[0] == "Reply":
            page.keyboard.press("Enter")
            expect(reader.widget.get_by_label("Your comment")).to_be_focused()
            page.keyboard.type("two")
            page.keyboard.press("Control+Enter")
            break
    assert reached == ["just now", "Reply"]
    expect(reader.comments).to_have_count(2)
    expect(reader.comments.nth(1)).to_be_focused()


def test_nothing_moves_while_comments_come(stage: Stage, readers: Readers, talk: str) -> None:
    footer = "<footer><p>" + "Footer. " * 40 + "</p></footer>"
    style = f"<style>{LOOK} greenroom-comments {{ display: block; min-height: 100vh; }}</style>"
    for words in (2, 3_000):  # in view at once; scrolled to
        reader = readers(viewport={"width": 1280, "height": 720})
        page = reader.page
        page.add_init_script(SHIFTS)
        page.goto(stage.blog.page(f"<p>{'Radio. ' * words}</p>{stage.embedded(talk)}{footer}", head=style))
        while reader.comments.count() == 0:
            page.mouse.wheel(0, 0 if words == 2 else 500)
            page.evaluate("new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")
        reader.comments.last.scroll_into_view_if_needed()
        page.evaluate("new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")
        assert page.evaluate("window.shifts ?? []") == [], words


def test_a_first_view_is_small(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "one")
    sizes: list[int] = []
    answers: list[tuple[str, dict[str, str]]] = []
    reader.page.on("response", lambda answer: answers.append((answer.url, answer.headers)))
    reader.open(stage.post(thread))
    expect(reader.comments).to_have_count(1)
    for url, headers in answers:
        if re.search(r"/embed\.js|/widget/", url):
            assert headers["content-encoding"] == "gzip", url
            sizes.append(int(headers["content-length"]))
    assert len(sizes) == 2
    assert sum(sizes) < 10_000
    assert all(one.split()[1].startswith((stage.service.url, stage.blog.origin)) for one in reader.asked)
    assert len(reader.asked) == 1 + 2 + 2  # the post, the widget, the comments and who asks
    every = sources()
    assert sum(len(gzip.compress(every[name])) for name in ("embed.js", "first.js")) < 10_500


def test_forced_colours_and_print(stage: Stage, readers: Readers, talk: str) -> None:
    reader = readers(forced_colors="active")
    page = reader.open(stage.post(talk))
    send = reader.widget.get_by_role("button", name="Sign in to comment")
    assert send.evaluate("e => getComputedStyle(e).borderStyle") == "solid"
    page.emulate_media(media="print")
    expect(send).to_be_hidden()
    expect(reader.comments.first).to_be_visible()


def test_themes_by_properties_and_parts(stage: Stage, reader: Reading, talk: str) -> None:
    head = """<style>greenroom-comments { --greenroom-accent: rgb(1, 2, 3); }
      greenroom-comments::part(author) { color: rgb(4, 5, 6); }</style>"""
    reader.open(stage.post(talk, head=head))
    send = reader.widget.get_by_role("button", name="Sign in to comment")
    assert send.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(1, 2, 3)"
    author = reader.comments.first.locator("[part=author]")
    assert author.evaluate("e => getComputedStyle(e).color") == "rgb(4, 5, 6)"
    reader.open(stage.post(talk, 'scheme="dark"'))
    assert reader.widget.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(23, 27, 24)"


@pytest.mark.long
def test_a_link_to_the_last_of_a_thousand(stage: Stage, reader: Reading) -> None:
    """Page after page is asked for, chains of replies among them, and each comment stands there once."""
    thread, count = stage.thread(), 1_000
    last: dict[str, Any] = {}
    with stage.policy(moderation="never"):
        for i in range(count):
            last = stage.comment(thread, f"number {i}", parent_id=last.get("id") if i % 3 else None)
    reader.open(f"{stage.post(thread)}#comment-{last['id']}")
    expect(reader.widget.locator(".marked")).to_contain_text(f"number {count - 1}", timeout=20_000)
    expect(reader.widget.locator(".marked")).to_be_in_viewport()
    expect(reader.comments).to_have_count(count)
