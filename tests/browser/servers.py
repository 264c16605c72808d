"""Starts Streamlit servers for browser tests: free loopback port, ready when health says so."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Server:
    """A running server: `url` without a trailing slash, its process, and what it printed."""

    url: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]

    def stop(self) -> None:
        """Ends the server; kills it where it does not end by itself."""
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()

    def printed(self) -> str:
        """What the server wrote so far, for the message of a failed test."""
        self.output.seek(0)
        return self.output.read().decode("utf-8", "replace")


def start_streamlit(script: Path, *, env: dict[str, str]) -> Server:
    """Runs `script` (a page or a `st.App`) with `env` on top of ours; waits until it is healthy.

    Raises RuntimeError with what the server printed where it ends early or takes over a minute.
    """
    port = free_port()
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(script)),
        *("--server.port", str(port)),
        *("--server.headless", "true", "--server.fileWatcherType", "none"),
        *("--browser.gatherUsageStats", "false"),
    ]
    output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by Server.stop
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **env}, stdout=output, stderr=subprocess.STDOUT
    )
    server = Server(f"http://127.0.0.1:{port}", process, output)
    try:
        wait_until_healthy(server)
    except BaseException:
        server.stop()
        raise
    return server


def wait_until_healthy(server: Server) -> None:
    """Returns when the server answers; raises RuntimeError with what it printed if it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(POLL_SECONDS)
    raise RuntimeError(f"The server did not start:\n{server.printed()}")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
