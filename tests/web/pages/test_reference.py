"""The page of the API in a browser: it fits a phone, it asks nobody else, and its links lead to what they name."""

import pytest
from playwright.sync_api import Browser

from tests.web.pages.conftest import Demo


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_and_asks_nobody_else(browser: Browser, demo_service: Demo, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{demo_service.url}/docs")
    page.get_by_role("link", name="POST S/decisions", exact=True).click()
    assert page.locator("#post-decision:target h3").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith(demo_service.url) for url in asked)
    assert said == []
    context.close()
