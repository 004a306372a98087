"""The one rule for what a test needs from outside Python: absent, the test is skipped, or fails where it must be there.

The continuous integration sets ``PARTAGEONS_REAL=1``: everything is installed there, so that nothing is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec

import pytest

REAL = os.environ.get("PARTAGEONS_REAL") == "1"


def need(*commands: str, php: tuple[str, ...] = (), python: tuple[str, ...] = (), why: str = "") -> None:
    """Skip the test (or fail it, see above) unless these are installed.

    Args:
        commands: programs on the ``PATH``.
        php: extensions that PHP must have loaded, as ``php -m`` names them.
        python: modules to import.
        why: the Debian or PyPI packages that bring them, for the message.
    """
    missing = [name for name in commands if shutil.which(name) is None]
    missing += [f"module Python {name}" for name in python if find_spec(name) is None]
    if php and not missing:
        listed = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout.lower().split()
        missing += [f"extension PHP {name}" for name in php if name.lower() not in listed]
    if missing:
        lack(f"Il manque {', '.join(missing)}." + (f" Installez : {why}." if why else ""))


def lack(message: str) -> None:
    """Skip the test, or fail it where every part must be there."""
    if REAL:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
