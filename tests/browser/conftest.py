"""Browser tests: Chromium from the system where there is one, else Playwright's own."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page
from servers import ROOT, Server, start_streamlit

from benchmarks.browser import installed_chromium
from studio.queue.store import Store

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


def pytest_configure(config: pytest.Config) -> None:
    """Lets one warning pass that pytest 9 raises about a fixture of pytest-playwright itself."""
    warning = "Session-scoped fixtures defined as instance methods:pytest.PytestRemovedIn10Warning"
    config.addinivalue_line("filterwarnings", f"ignore:{warning}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a test that failed, what its pages showed, the jobs there were and what the server
    printed: the machine where it failed may be out of reach."""
    report = yield
    if report.failed and report.when == "call":
        used: dict[str, Any] = item.funcargs
        report.sections += [("page", shown) for shown in _shown(used.get("browser"))]
        if "data_dir" in used:
            jobs = Store.in_folder(used["data_dir"]).jobs()
            report.sections.append(("jobs", "\n".join(f"{j.kind} {j.state}" for j in jobs)))
        if "server" in used:
            report.sections.append(("server", used["server"].printed()))
    return report


def _shown(browser: Browser | None) -> Iterator[str]:
    contexts = browser.contexts if browser else []
    for page in (page for context in contexts for page in context.pages):
        try:
            yield f"{page.url}\n{page.locator('body').aria_snapshot()}"
        except Error as error:
            yield f"{page.url}\n{error.message}"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chosen = {**browser_type_launch_args, "headless": True, "args": CHROMIUM_FLAGS}
    executable = installed_chromium()
    return {**chosen, "executable_path": executable} if executable else chosen


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": {"width": 1280, "height": 900},
        "locale": "en-GB",
    }


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the studio under test keeps all it makes; empty."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Server]:
    """The studio itself, which gives the person who started it no advice about its code."""
    server = start_streamlit(ROOT / "app.py", env={"TUTTI_DATA_DIR": str(data_dir)})
    yield server
    printed = server.printed()
    server.stop()
    assert "Session State API" not in printed, printed


@pytest.fixture(scope="module")
def component_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the page with one component alone is: the file's `APP`."""
    server = start_streamlit(Path(__file__).with_name(request.module.APP), env={})
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def one_context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One for a file's tests: Streamlit's scripts come from its cache, pages load twice as fast."""
    context = browser.new_context(**browser_context_args)
    yield context
    context.close()


@pytest.fixture
def faultless_page(one_context: BrowserContext) -> Iterator[Page]:
    """A page whose scripts raise nothing."""
    page = one_context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


@pytest.fixture
def context(one_context: BrowserContext) -> Iterator[BrowserContext]:
    """A browser that nobody has used: no cookie, so nobody's melody, and what the studio keeps in a
    browser it keeps by tab."""
    yield one_context
    for page in one_context.pages:
        page.close()
    one_context.clear_cookies()
