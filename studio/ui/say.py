"""Times and names as a sentence has them."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")


def plain(text: str) -> str:
    """Text that Markdown shows as it is: a set may be called `*`."""
    return _PUNCTUATION.sub(r"\\\1", text)


def span(seconds: float) -> str:
    """A time as people say it: `8 s`, `3 min 10 s`, `2 h 5 min`."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    if whole < 3600:
        return f"{round(whole / 60)} min"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def day(then: float, now: float) -> str:
    """When something was, both in wall-clock seconds: `today`, `yesterday`, `3 May 2026`."""
    date, today = datetime.fromtimestamp(then).date(), datetime.fromtimestamp(now).date()
    if date == today:
        return "today"
    if date == today - timedelta(days=1):
        return "yesterday"
    return f"{date.day} {date:%B %Y}"


def minute(then: float, now: float) -> str:
    """The same with the time: `today, 14:05`."""
    return f"{day(then, now)}, {datetime.fromtimestamp(then):%H:%M}"


def distinct(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles by id, with a number behind those that are there already: in a list of choices two
    alike would be one."""
    found: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for id, title in titles.items():
        seen[title] += 1
        found[id] = title if seen[title] == 1 else f"{title} ({seen[title]})"
    return found


def counted(count: int, noun: str) -> str:
    """`1 file`, `12 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def signs(name: str) -> str:
    """A note or key with its signs as they are printed: `B♭ minor` for `Bb minor`."""
    return name[:1] + name[1:].replace("#", "♯").replace("b", "♭")


def number(value: float) -> str:
    """A setting as a person writes it: `60`, `0.3`, `0.0006`."""
    return f"{value:g}" if abs(value) >= 0.0001 or not value else f"{value:.6f}".rstrip("0")


def free_name(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken in any case."""
    known = {each.casefold() for each in taken}
    base = re.sub(r" \d+$", "", name) or name
    tries = (name, *(f"{base} {count}" for count in range(2, len(taken) + 3)))
    return next(each for each in tries if each.casefold() not in known)
