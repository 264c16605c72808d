"""A headless Chromium for what is measured in a browser, found as the browser tests find theirs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

try:
    from playwright.sync_api import (
        Browser,
        Error,
        FilePayload,
        Page,
        Request,
        expect,
        sync_playwright,
    )
except ModuleNotFoundError:
    sys.exit("Playwright is not installed here: run ./tutti bench NAME, which installs it.")

__all__ = [
    "Browser", "FilePayload", "Page", "Request", "chromium", "expect", "installed_chromium",
]  # fmt: skip


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, where sound may play without a gesture; ends the program with one sentence where
    there is none."""
    flags = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=installed_chromium(), args=flags)
        except Error as error:
            why = error.message.splitlines()[0]
            sys.exit(
                f"No Chromium starts here ({why}): run ./tutti bench NAME, which installs one."
            )
        yield browser
        browser.close()


def installed_chromium() -> str | None:
    """The system's browser, if any; `./tutti` names it in TUTTI_CHROMIUM where it has tried it."""
    named = os.environ.get("TUTTI_CHROMIUM")
    names = ("chromium", "google-chrome")
    return named or next((found for name in names if (found := shutil.which(name))), None)
