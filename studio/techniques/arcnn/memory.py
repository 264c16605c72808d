"""Drafts that were just written: what is asked about one of them, or forbidden in it, need not have
it written again. The same is asked for, so the same comes."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from studio.techniques.arcnn.draft import Draft
from studio.techniques.arcnn.network import Network

_KEPT = 8
_drafts: WeakKeyDictionary[Network, dict[tuple[object, ...], Draft]] = WeakKeyDictionary()


def remembered(network: Network, asked: tuple[object, ...], write: Callable[[], Draft]) -> Draft:
    """What a network has written to what was asked, which `write` does where it is not known any
    more; not to be changed. A network that has learned since is another one."""
    key = (sum(float(each.double().sum()) for each in network.parameters()), *asked)
    known = _drafts.setdefault(network, {})
    draft = known.pop(key, None) or write()
    known[key] = draft  # the newest
    for old in [*known][:-_KEPT]:
        del known[old]
    return draft
