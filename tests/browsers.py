"""Chromium for tests, benchmarks and pictures: without a window, and without what only its own window would need."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

# The last list of features counts, so Playwright's own stands here, too. The last three are the pages that Chromium
# loads behind the address bar of each window: they take as long as one of ours, at the same time.
_WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades HttpsFirstBalancedModeAutoEnable"
    " LensOverlay MediaRouter PaintHolding ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect"
    " TcpPortRandomizationWin OptimizationHints NetworkTimeServiceQuerying AimEnabled PreconnectToSearch"
    " WebUIOmniboxPopup WebUIOmniboxAimPopup WebUIOmniboxFullPopup"
)
_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={_WITHOUT.replace(' ', ',')}",
)
WITHOUT_FOREIGN_COOKIES = "--test-third-party-cookie-phaseout"


class NoChromium(Exception):
    """There is none on the PATH."""


@contextmanager
def chromium(*args: str) -> Iterator[Browser]:
    """Opens it, with these arguments, too. While it is open Playwright's event loop runs: no asynchronous test could.

    Raises NoChromium.
    """
    path = shutil.which("chromium")
    if path is None:
        raise NoChromium("there is no chromium on the PATH; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, headless=True, args=[*_ARGS, *args])
        yield opened
        opened.close()


def chromium_for_tests(*args: str) -> Iterator[Browser]:
    """The same, for fixtures; skips loudly where there is none."""
    try:
        with chromium(*args) as opened:
            yield opened
    except NoChromium as fault:
        pytest.skip(f"BROWSER TESTS SKIPPED: {fault}")
