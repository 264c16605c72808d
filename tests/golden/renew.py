"""Writes down what Tutti plays on this kind of machine: the digests that `test_golden.py` compares.

    python tests/golden/renew.py                        all cases, about a minute
    python tests/golden/renew.py takes "model pop-gan"  these cases
    python tests/golden/renew.py --check                what is different; writes nothing

Do this on purpose only: on a version whose music is known to be good, where this kind of machine
has no digests yet; or after a change that is meant to change the music. `--old` writes what the
files in `old/` say: only for a new set of such files.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from golden_music import CASES as SHIPPED
from golden_old_music import CASES as OLD
from machine_kind import machine_kind, one_thread
from stored import differences, read, write

import studio

CASES = {**SHIPPED, **OLD}


def write_old(kind: str) -> None:
    """What the files in `old/` say, and how the trainings in them go on."""
    import learning
    import telling
    import telling_of_store

    expected = {n: tell() for n, tell in {**telling.TELLERS, **telling_of_store.TELLERS}.items()}
    losses = {"kind": kind, **{which: learning.going_on(which) for which in learning.LEFT}}
    for path, value in ((telling.EXPECTED, expected), (learning.LOSSES, losses)):
        text = json.dumps(value, indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", help=", ".join(CASES))
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--old", action="store_true", help="what `old/` says, nothing else")
    chosen = parser.parse_args()
    for unknown in set(chosen.cases) - set(CASES):
        parser.error(f"there is no case called {unknown!r}: choose of {', '.join(CASES)}")
    one_thread()
    kind = machine_kind()
    print(f"{Path(studio.__file__).parent}\n{kind}")
    if chosen.old:
        write_old(kind)
        return 0
    kept = read()
    mine = kept.setdefault(kind, {})
    changed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TUTTI_DATA_DIR"] = folder
        os.environ.pop("TUTTI_SOUNDFONT", None)
        for case in chosen.cases or CASES:
            began = time.perf_counter()
            found = CASES[case]()
            different = differences(mine.get(case, {}), found)
            changed += len(different)
            mine[case] = found
            seconds = time.perf_counter() - began
            print(f"{case}: {len(found)} digests, {len(different)} new, {seconds:.1f} s")
            for name in different if chosen.check else ():
                print(f"  {name}")
    if not chosen.check:
        kept[kind] = {case: mine[case] for case in CASES if case in mine}
        write(kept)
    return int(chosen.check and changed > 0)


if __name__ == "__main__":
    sys.exit(main())
