"""The wheel: installed where there is no checkout, it composes, and opens the studio."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from helpers import ROOT
from playwright.sync_api import Page, expect
from servers import Server, free_port, wait_until_healthy

from studio.music import midi
from studio.music.melody import samples

MOST_BYTES = 60_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--wheel-dir", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts' folder of an environment with the wheel in it, and the packages that it needs
    from this one; the checkout is not seen."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps",
         "--no-index", "--disable-pip-version-check", str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    (site,) = home.glob("**/site-packages")
    (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return scripts


def surroundings(data_dir: Path) -> dict[str, str]:
    """An environment without a word of the checkout."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "TUTTI_DATA_DIR": str(data_dir), "OMP_NUM_THREADS": "1"}


def test_it_is_small_enough_and_holds_all_that_is_read(wheel: Path) -> None:
    assert wheel.stat().st_size <= MOST_BYTES
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "studio", "pages", "assets", ".streamlit", "soundfonts", "app.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert len(tracked) > 200
    for name in tracked:
        if name != "assets/studio.png":  # the README's picture
            assert (name if name.startswith("studio/") else f"studio/bundle/{name}") in names
    assert not [name for name in names if name.endswith((".pyc", ".sf2", ".sf3"))]


def test_it_composes_and_is_imported_without_a_checkout(installed: Path, tmp_path: Path) -> None:
    tune = ROOT / "assets" / "melodies" / f"{samples()[0].id}.mid"
    done = subprocess.run(
        [installed / "tutti", "compose", str(tune), "-o", str(tmp_path / "band.mid")],
        cwd=tmp_path, env=surroundings(tmp_path / "data"), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(midi.read((tmp_path / "band.mid").read_bytes()).score.tracks) == 4
    code = "import studio; print(studio.__file__); print(*studio.models())"
    done = subprocess.run(
        [installed / "python", "-W", "error", "-c", code],
        cwd=tmp_path, env=surroundings(tmp_path / "data"), capture_output=True, text=True,
    )  # fmt: skip
    where, names = done.stdout.splitlines()
    assert Path(where).is_relative_to(installed.parent)
    assert names.split() == sorted(path.name for path in (ROOT / "assets" / "models").iterdir())


def test_it_opens_the_studio_without_a_checkout(
    installed: Path, tmp_path: Path, faultless_page: Page
) -> None:
    port = free_port()
    with (tmp_path / "printed.txt").open("w+b") as output:
        process = subprocess.Popen(
            [installed / "tutti", "serve", "--no-browser", "--port", str(port)],
            cwd=tmp_path, env=surroundings(tmp_path / "data"), stdout=output, stderr=output,
        )  # fmt: skip
        server = Server(f"http://127.0.0.1:{port}", process, output)
        try:
            wait_until_healthy(server)
            for place in ("/", "/components/mount.js", "/components/keyboard/main.js"):
                with urllib.request.urlopen(server.url + place, timeout=30) as answer:  # noqa: S310
                    assert answer.status == 200
                    assert "default-src" in answer.headers["Content-Security-Policy"]
            faultless_page.goto(server.url)
            expect(faultless_page.get_by_role("button", name="Record")).to_be_visible(
                timeout=60_000
            )
            assert "Traceback" not in server.printed()
        finally:
            server.stop()
