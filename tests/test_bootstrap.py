"""The way in: `./tutti` sets itself up once, says in one sentence what stops it, and hands over.

Nothing is installed here: Python, pip, apt-get and the rest are stubs in a PATH of their own.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows goes by the README")

SCRIPT = Path(__file__).resolve().parents[1] / "tutti"
TOOLS = ["cat", "cksum", "cp", "df", "dirname", "env", "grep", "ln", "mkdir", "readlink", "rm"]
TOOLS += ["sed", "tail", "uname"]
# A Python that does nothing but note what it was asked in the file of calls.
PYTHON = """
printf '%s\\n' "$*" >>"$CALLS"
case "$*" in
  '-c import platform'*) echo "${VERSION:-3.11.7}" ;;
  '-c import ensurepip'*) exit "${LACKS_VENV:-0}" ;;
  '-m venv '*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  '-m pip '*) echo 'pip chatter'; eval "${PIP:-:}" ;;
  '-c from playwright'*) exit "${LACKS_BROWSER:-0}" ;;
  '-P -') cat >/dev/null; echo "${SOUND:-yes FluidR3 Mono}" ;;
  '-P -m studio.cli'*) shift 3; for word in "$@"; do printf '<%s>' "$word"; done ;;
  '-P -m benchmarks.'*) echo "measured in $PYTHONPATH"; shift 3; printf '<%s>' "$@" ;;
  '-m ruff'* | '-m mypy'*) echo "$2 is content"; [ "$*" != "-m ${FAILING:-none}" ] ;;
  '-m pytest'*) echo '3 passed in 0.01s' ;;
esac
"""
OFFLINE = "echo 'NewConnectionError: Failed to establish a new connection'; exit 1"


@dataclass(frozen=True)
class House:
    """A checkout that holds only the script, and a PATH that holds only what a test puts there."""

    root: Path
    bin: Path
    calls: Path

    def stub(self, name: str, body: str = ":") -> None:
        """Puts a shell script of that name into the PATH."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def run(
        self, *arguments: str, script: Path | None = None, cwd: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [script or self.root / "tutti", *arguments],
            env={"PATH": str(self.bin), "CALLS": str(self.calls), **env},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            start_new_session=True,
        )

    def asked(self, beginning: str) -> list[str]:
        """What the stubs were asked so far that begins so."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line for line in lines if line.startswith(beginning)]


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path / "a house" / "tutti", tmp_path / "bin", tmp_path / "calls")
    made.root.mkdir(parents=True)
    made.bin.mkdir()
    shutil.copy(SCRIPT, made.root / "tutti")
    (made.root / "pyproject.toml").write_text("[project]\n")
    (made.root / "constraints.txt").write_text("torch==1\n")
    for tool in TOOLS:
        (made.bin / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    made.stub("python3", PYTHON)
    made.stub("id", "echo 1000")
    made.stub("df", "printf 'Filesystem\n/dev/a disk 9 9 %s 5%% /\n' ${FREE_KB:-9999999}")
    return made


def refusal(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence beside the progress lines of a run that was refused."""
    sentences = [line for line in result.stderr.splitlines() if not line.startswith("[")]
    assert len(sentences) == 1, result.stderr
    assert sentences[0].endswith("run ./tutti again.")
    assert (result.returncode, result.stdout) == (2, "")
    return sentences[0]


def test_the_first_run_says_each_stage_and_opens_the_studio(house: House) -> None:
    result = house.run("models")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "<models>"
    stages = result.stderr.splitlines()
    assert [stage[:5] for stage in stages] == ["[1/4]", "[2/4]", "[3/4]", "[4/4]"]
    assert "Python 3.11.7 found" in stages[0]
    assert stages[3] == "[4/4] System sound: libfluidsynth found, FluidR3 Mono found"
    [install] = house.asked("-m pip")
    assert install.endswith("-c constraints.txt -e .")


def test_a_ready_environment_hands_its_arguments_on_unchanged(house: House, tmp_path: Path) -> None:
    house.run()
    words = ["a  b", "*", "it's", '"', "$HOME", "", "-x", "\\n"]
    result = house.run(*words, cwd=tmp_path)
    assert result.stdout == "".join(f"<{word}>" for word in words)
    assert result.stderr == ""
    assert len(house.asked("-m pip")) == 1


def test_symbolic_links_lead_to_the_checkout(house: House, tmp_path: Path) -> None:
    (tmp_path / "direct").symlink_to(house.root / "tutti")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "again").symlink_to("../direct")
    house.run()
    result = house.run("doctor", script=tmp_path / "elsewhere" / "again", cwd=tmp_path)
    assert (result.stdout, result.stderr) == ("<doctor>", "")


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_packages_are_installed_once_more(house: House, name: str) -> None:
    house.run()
    (house.root / name).write_text("[changed]\n")
    assert house.run().returncode == 0
    assert house.run().stderr == ""
    assert len(house.asked("-m pip")) == 2
    assert len(house.asked("-m venv")) == 1


def test_a_moved_checkout_is_set_up_again(house: House) -> None:
    house.run()
    moved = house.root.rename(house.root.with_name("moved"))
    assert house.run("models", script=moved / "tutti").stdout == "<models>"
    assert len(house.asked("-m pip")) == 2


def test_a_python_too_old_is_one_sentence(house: House) -> None:
    assert "this machine has 3.9:" in refusal(house.run(VERSION="3.9.18"))
    assert not (house.root / ".venv").exists()


def test_no_python_is_one_sentence_with_the_command_to_get_it(house: House) -> None:
    (house.bin / "python3").unlink()
    assert "this machine has none: install it with your package manager" in refusal(house.run())
    house.stub("brew")
    assert "brew install python@" in refusal(house.run())
    house.stub("apt-get")
    assert "sudo apt-get install python3 python3-venv" in refusal(house.run())


def test_a_newer_python_beside_an_old_one_is_found(house: House) -> None:
    house.stub("python3", "echo 3.9.18")
    house.stub("python3.11", "echo 'no such version' >&2; exit 127")  # a version manager's shim
    house.stub("python3.12", "VERSION=3.12.1\n" + PYTHON)
    assert house.run().stderr.startswith("[1/4] Python 3.12.1 found\n")


def test_the_python_asked_for_comes_first(house: House, tmp_path: Path) -> None:
    (house.bin / "python3").rename(tmp_path / "my python")
    house.stub("python3.12", "exit 1")
    assert house.run(TUTTI_PYTHON=str(tmp_path / "my python")).returncode == 0


def test_without_a_network_the_next_run_starts_cleanly(house: House) -> None:
    sentence = refusal(house.run(PIP=OFFLINE))
    assert "network" in sentence
    assert "chatter" not in sentence
    left = {path.name for path in (house.root / ".venv").glob("tutti-*")}
    assert left == {"tutti-begun", "tutti-setup.log"}  # neither the stamp nor the lock
    assert house.run("models").stdout == "<models>"
    assert house.run().stderr == ""


def test_what_pip_says_is_shown_only_when_it_fails_for_another_reason(house: House) -> None:
    result = house.run(PIP="echo 'ERROR: the wheel is square'; exit 1")
    assert result.returncode == 2
    *_, said, sentence = result.stderr.splitlines()
    assert said == "ERROR: the wheel is square"
    assert sentence.startswith("Installing failed")
    assert sentence.endswith("again.")


def test_a_disk_too_full_is_one_sentence(house: House) -> None:
    assert "Tutti needs about 3 GB of disk space, and 97 MB" in refusal(house.run(FREE_KB="100000"))
    assert not house.asked("-m venv")
    full = "echo 'OSError: [Errno 28] No space left on device'; exit 1"
    assert "disk is full" in refusal(house.run(PIP=full))


def test_a_package_that_does_not_exist_for_this_python_is_one_sentence(house: House) -> None:
    says = "echo 'ERROR: No matching distribution found for torch==1'; exit 1"
    sentence = refusal(house.run(PIP=says, VERSION="3.19.0"))
    assert "Python 3.19.0" in sentence
    house.stub("python3.12", "VERSION=3.12.1\n" + PYTHON)
    assert "Python 3.12.1 found" in house.run().stderr


def test_an_interrupted_set_up_is_begun_afresh(house: House) -> None:
    killed = house.run(PIP="mkdir -p .venv/lib/half; kill -9 0")
    assert killed.returncode == -9
    assert (house.root / ".venv" / "lib" / "half").exists()
    assert house.run("models").stdout == "<models>"
    assert not (house.root / ".venv" / "lib" / "half").exists()
    assert house.run().stderr == ""


def test_two_set_ups_at_once_do_not_meet(house: House) -> None:
    (house.root / ".venv").mkdir()
    lock = house.root / ".venv" / "tutti-lock"
    lock.symlink_to(str(os.getpid()))
    assert f"process {os.getpid()}" in refusal(house.run())
    assert not house.asked("-m venv")
    lock.unlink()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    lock.symlink_to(str(ended.pid))  # left behind by a process that is no more
    assert house.run("models").stdout == "<models>"
    assert not lock.is_symlink()


def test_a_folder_that_cannot_be_written_is_one_sentence(house: House) -> None:
    (house.root / ".venv").write_text("in the way")
    assert "cannot write" in refusal(house.run())


def test_a_python_without_venv_is_one_sentence_where_it_may_not_be_installed(house: House) -> None:
    house.stub("apt-get", 'echo "apt-get $*" >>"$CALLS"')
    house.stub("sudo", "exit 1")
    sentence = refusal(house.run(LACKS_VENV="1"))
    assert "sudo apt-get install python3.11-venv" in sentence
    assert not house.asked("apt-get")
    house.stub("id", "echo 0")
    assert house.run(LACKS_VENV="1").returncode == 0
    assert house.asked("apt-get")[-1].endswith("install -y --no-install-recommends python3.11-venv")


def test_without_rights_missing_sound_is_named_and_the_studio_opens(house: House) -> None:
    house.stub("apt-get", 'echo "apt-get $*" >>"$CALLS"')
    house.stub("sudo", "exit 1")
    result = house.run("models", SOUND="no -")
    assert result.stdout == "<models>"
    line = result.stderr.splitlines()[-1]
    assert "plain waves" in line
    assert "small bundled one" in line
    assert line.endswith("sudo apt-get install libfluidsynth3 fluidr3mono-gm-soundfont")
    assert not house.asked("apt-get")


@pytest.mark.parametrize("right", ["root", "sudo"])
def test_where_it_may_it_installs_what_is_missing(house: House, right: str) -> None:
    house.stub("apt-get", 'echo "apt-get $*" >>"$CALLS"; exit 100')
    if right == "root":
        house.stub("id", "echo 0")
    else:
        house.stub("sudo", 'shift; [ "$1" = true ] || exec "$@"')
    result = house.run("models", SOUND="no -")
    assert result.stdout == "<models>"  # although apt-get failed
    update, library, bank = house.asked("apt-get")
    assert update.endswith("update")
    assert library.endswith("libfluidsynth3")
    assert bank.endswith("fluidr3mono-gm-soundfont")
    assert "apt-get update failed" in result.stderr


def test_homebrew_brings_the_synthesiser(house: House) -> None:
    house.stub("brew", 'echo "brew $*" >>"$CALLS"')
    assert "brew install fluid-synth" in house.run(SOUND="no -").stderr
    assert house.asked("brew") == ["brew install fluid-synth"]


def test_the_tests_run_after_style_and_types_with_their_own_packages(house: House) -> None:
    house.stub("chromium")
    result = house.run("test", "-k", "a b")
    assert result.returncode == 0, result.stderr
    *checks, last = result.stdout.splitlines()
    names = [check.partition(":")[0] for check in checks]
    assert names == ["ruff check", "ruff format --check", "mypy"]
    assert last == "3 passed in 0.01s"
    [call] = house.asked("-m pytest")
    assert call.endswith(" -k a b")
    [install] = house.asked("-m pip")
    assert install.endswith("-e .[test]")
    assert house.run("models").stderr == ""  # the same environment serves the studio


@pytest.fixture
def measuring(house: House) -> House:
    """A checkout with two benchmarks, one of them in a browser, and what they share."""
    (house.root / "benchmarks").mkdir()
    (house.root / "benchmarks" / "house.py").write_text('if __name__ == "__main__": ...')
    (house.root / "benchmarks" / "page.py").write_text(
        'from benchmarks.browser import Page, chromium\nif __name__ == "__main__": ...'
    )
    (house.root / "benchmarks" / "table.py").write_text("")
    return house


def test_a_benchmark_has_what_the_tests_have(measuring: House, tmp_path: Path) -> None:
    result = measuring.run("bench", "house", "--quick", "a b", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"measured in {measuring.root}\n<--quick><a b>"
    [install] = measuring.asked("-m pip")
    assert install.endswith("-e .[test]")
    assert len(measuring.asked("-P -m benchmarks.house --quick a b")) == 1
    assert not measuring.asked("-c from playwright")
    assert measuring.run("bench", "page").returncode == 0
    assert len(measuring.asked("-c from playwright")) == 1


def test_a_benchmark_in_a_browser_needs_one(measuring: House) -> None:
    measuring.run("bench", "house")
    result = measuring.run("bench", "page", LACKS_BROWSER="1")
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].endswith("and run ./tutti bench again.")
    assert not measuring.asked("-P -m benchmarks.page")


@pytest.mark.parametrize("name", [[], ["table"], ["no such"], [""]])
def test_a_benchmark_there_is_not_is_one_sentence(measuring: House, name: list[str]) -> None:
    assert "choose one of house page and run" in refusal(measuring.run("bench", *name))
    assert not measuring.asked("-m pip")


def test_what_the_script_asks_of_the_studio_is_there() -> None:
    """It goes on where these fail, so that nobody would notice."""
    names = re.findall(r"from (studio[.\w]*) import (\w+)", SCRIPT.read_text())
    assert len(names) == 2
    for module, name in names:
        assert hasattr(import_module(module), name)


@pytest.mark.parametrize("failing", ["ruff check", "ruff format --check", "mypy"])
def test_a_failing_check_fails_the_tests(house: House, failing: str) -> None:
    house.stub("chromium")
    assert house.run("test", FAILING=failing).returncode == 1
    assert not house.asked("-m pytest")


def test_without_a_browser_the_tests_fail_with_one_sentence(house: House) -> None:
    house.run("test")
    result = house.run("test", LACKS_BROWSER="1")
    assert result.returncode == 2
    assert "The browser tests need Chromium" in result.stderr.splitlines()[-1]
    assert house.asked("-m playwright") == ["-m playwright install chromium"]
    assert len(house.asked("-m pytest")) == 1
