"""The popup in a real browser that blocks third-party cookies: a page of the blog on another host gets its code and
posts; another page gets nothing, however it asks."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsers import WITHOUT_FOREIGN_COOKIES, chromium_for_tests
from tests.running import Running, running

# What a widget does, in short: a verifier that stays, a popup, one message from the right origin, a trade.
BLOG = """<!doctype html><title>A post</title><button>Sign in</button><output></output><input aria-label="Code"><script>
const [service, named] = [SERVICE, ORIGIN];
const told = document.querySelector("output"), b64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const api = (path, body, token) => fetch(service + "/api/v1/sites/demo" + path, {method: "POST", credentials: "omit",
  headers: {"Content-Type": "application/json", ...(token ? {Authorization: "Bearer " + token} : {})},
  body: JSON.stringify(body)});
const chance = (bytes) => b64(crypto.getRandomValues(new Uint8Array(bytes)));
const verifier = chance(32), state = chance(8);
const trade = async (code) => {
  const answer = await api("/session", {code, code_verifier: verifier});
  if (!answer.ok) return told.value = "refused " + answer.status;
  const {token, member} = await answer.json();
  const posted = await api("/comments", {thread: "/popup.html", text: "From the blog, " + state}, token);
  told.value = member.name + " " + posted.status;
};
document.querySelector("button").onclick = async () => {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({origin: named, code_challenge: b64(hash), state});
  window.open(service + "/sites/demo/popup?" + query, "greenroom", "popup,width=480,height=640");
};
document.querySelector("input").onchange = (event) => trade(event.target.value);
window.addEventListener("message", ({origin, data}) => {
  window.heard = (window.heard || 0) + 1;
  if (origin === service && data.type === "greenroom:code" && data.state === state) trade(data.code);
});
</script>"""


class World(NamedTuple):
    """The service, a page of the blog on another host, a hostile page on a third, and Ada's one-time link."""

    service: Running
    blog: str
    hostile: str
    ada: str


def _pages(service_url: str) -> Iterator[tuple[str, str]]:
    """The blog's page and the hostile one, which passes itself off as the blog's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    blog = f"http://localhost:{server.server_port}"

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            told = BLOG.replace("SERVICE", f"{service_url!r}").replace("ORIGIN", f"{blog!r}")
            self.wfile.write(told.encode())

        def log_message(self, *_: object) -> None: ...

    server.RequestHandlerClass = Pages
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield blog, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("popup") / "data", "--demo") as service:
        ada = next(line.strip().rsplit(": ", 1)[1] for line in service.lines if "member Ada" in line)
        for blog, hostile in _pages(service.url):
            service.greenroom("settings", "--site", "demo", f"origins={service.url},{blog}")
            yield World(service, blog, hostile, ada)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """As that of the other tests, but without third-party cookies."""
    yield from chromium_for_tests(WITHOUT_FOREIGN_COOKIES)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, world: World) -> Iterator[BrowserContext]:
    """Ada's browser."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(world.ada)
    page.get_by_role("button", name="Sign in as Ada").click()
    expect(page).to_have_url(f"{world.service.url}/demo")
    page.close()
    yield context
    context.close()


def opened(context: BrowserContext, url: str) -> tuple[Page, Page]:
    """The page at this URL, and the popup that its button opens."""
    page = context.new_page()
    page.goto(url)
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Sign in").click()
    popup.value.wait_for_load_state()
    return page, popup.value


def test_the_blog_gets_its_code_and_comments(signed_in: BrowserContext, world: World) -> None:
    page, popup = opened(signed_in, world.blog)
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Go on as Ada").click()
    expect(page.get_by_role("status")).to_have_text("Ada 201")
    assert page.evaluate("document.cookie") == ""


def test_a_hostile_opener_hears_nothing(signed_in: BrowserContext, world: World) -> None:
    page, popup = opened(signed_in, world.hostile)
    with popup.expect_event("close"):  # it may close before the click has been answered
        popup.get_by_role("button", name="Go on as Ada").click()
    assert page.evaluate("window.heard") is None
    expect(page.get_by_role("status")).to_have_text("")


def test_who_names_himself_gets_no_popup(signed_in: BrowserContext, world: World) -> None:
    page = signed_in.new_page()
    challenge = "A" * 43
    page.goto(f"{world.service.url}/sites/demo/popup?origin={world.hostile}&code_challenge={challenge}&state=x")
    expect(page.get_by_role("button", name="Go on")).to_have_count(0)
    expect(page.get_by_text("none of demo")).to_be_visible()


def test_a_popup_that_lost_its_opener_shows_a_code_to_type(signed_in: BrowserContext, world: World) -> None:
    page, popup = opened(signed_in, world.blog)
    alone = signed_in.new_page()
    alone.goto(popup.url)
    popup.close()
    alone.get_by_role("button", name="Go on as Ada").click()
    alone.get_by_role("button", name="Show me a code").click()
    code = alone.locator(".code").inner_text()
    page.get_by_label("Code").fill(code.lower())
    page.get_by_label("Code").blur()
    expect(page.get_by_role("status")).to_have_text("Ada 201")
    other, _ = opened(signed_in, world.blog)
    other.get_by_label("Code").fill(code)
    other.get_by_label("Code").blur()
    expect(other.get_by_role("status")).to_have_text("refused 401")


def test_who_is_not_signed_in_asks_for_a_link_and_waits(browser: Browser, world: World) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700})
    context.set_default_timeout(10_000)
    _, popup = opened(context, world.blog)
    faults: list[str] = []
    popup.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    popup.get_by_label("Your mail address").fill("nobody@elsewhere.example")
    popup.get_by_role("button", name="Send me a link").click()
    expect(popup.get_by_role("status")).to_contain_text("a link is on its way")
    popup.get_by_role("link", name="I have opened the link").click()
    expect(popup.get_by_role("heading", name="Sign in to comment")).to_be_visible()
    assert popup.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert faults == []
    context.close()
