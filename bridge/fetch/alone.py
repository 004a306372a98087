"""Never two visits at once to a host, whoever makes them: the service, and commands that run beside it."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import StoreError

_LOOK = 0.2


@contextmanager
def alone(folder: Path, host: str, wait: Callable[[float], bool]) -> Iterator[bool]:
    """Hold a host for one visit; False when waiting for another's visit to end was given up.

    Args:
        folder: where the locks are, one small file a host; made if it is not there.
        wait: waits so many seconds, and says whether to give up (``Event.wait``).

    Raises:
        StoreError: the folder cannot be written.
    """
    name = hashlib.blake2b(host.encode(), digest_size=12).hexdigest()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / name).open("wb")
    except OSError as error:
        raise StoreError(f"Le dossier {folder} ne peut pas être écrit : {error.strerror}.") from error
    with file:
        yield _taken(file.fileno(), wait)


def _taken(file: int, wait: Callable[[float], bool]) -> bool:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait(_LOOK):
                return False
        else:
            return True
