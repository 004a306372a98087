"""``partageons`` as a person types it: processes in a folder of their own, their output, their exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CLONE = (sys.executable, "-m", "bridge.cli")


@dataclass
class Served:
    """A running ``partageons serve``: its address (ends with ``/``), and the process that started the others."""

    url: str
    process: subprocess.Popen[str]


@dataclass
class Terminal:
    """A folder where commands are typed.

    Attributes:
        program: what is typed before the arguments; by default the code of this clone.
        hosts: ``host:port`` that the bridge may visit although they are on this machine.
    """

    folder: Path
    program: tuple[str, ...] = CLONE
    hosts: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: value for k, value in os.environ.items() if not k.startswith("PARTAGEONS_") and k != "PYTHONPATH"}
        kept |= {"PARTAGEONS_ALLOW_HOSTS": ",".join(self.hosts), "COLUMNS": "200", "NO_COLOR": "1", **self.more}
        if self.program == CLONE:
            kept["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), self.more.get("PYTHONPATH"))))
        return kept

    def __call__(self, *arguments: str, code: int = 0, typed: str | None = None) -> str:
        """What a command printed (standard error after standard output when it failed), its exit code being ``code``.

        Whatever happens, a person never sees a traceback.
        """
        done = subprocess.run(
            [*self.program, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=typed,
            stdin=None if typed is not None else subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
        )
        # A workbook is no text: its bytes are kept, each as it is.
        said, complaint = done.stdout.decode(errors="surrogateescape"), done.stderr.decode()
        assert "Traceback" not in complaint, complaint
        assert done.returncode == code, f"{arguments} : {done.returncode}\n{said}\n{complaint}"
        return said if code == 0 else said + complaint

    def json(self, *arguments: str, code: int = 0) -> Any:
        """The JSON value that a command printed on standard output, and nothing else with it."""
        done = subprocess.run(
            [*self.program, *arguments, "--json"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
        )
        assert done.returncode == code, done.stdout.decode() + done.stderr.decode()
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return json.loads(done.stdout)

    @contextmanager
    def serve(self, *arguments: str) -> Iterator[Served]:
        """``serve`` on a free port while this lasts; stopped as a system does it, by SIGTERM."""
        process = subprocess.Popen(
            [*self.program, "serve", "--port", "0", "--workers", "1", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout and process.stderr
        try:
            url = process.stdout.readline().strip()
            assert url.startswith("http"), url + process.stderr.read()
            yield Served(url, process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
