"""Readers and writers that other packages bring, by entry points (https://packaging.python.org/specifications/entry-points/)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

log = logging.getLogger(__name__)


def extensions(group: str, ours: Collection[str], needed: Iterable[str]) -> dict[str, Any]:
    """The modules announced under ``group``, by name, that have what is needed of them.

    One that cannot be imported, lacks something or bears the name of one of ours is told in the log and left out: it
    costs only itself.
    """
    found: dict[str, Any] = {}
    for entry in sorted(entry_points(group=group), key=lambda each: each.name):
        if entry.name in ours or entry.name in found:
            log.warning("%s « %s » (%s) : ce nom est déjà pris, il est laissé de côté.", group, entry.name, entry.value)
        elif (module := _loaded(entry, needed)) is not None:
            found[entry.name] = module
    return found


def _loaded(entry: EntryPoint, needed: Iterable[str]) -> Any:
    try:
        module = entry.load()
    except Exception:  # whatever another's package does when it is imported
        log.exception("%s « %s » (%s) ne peut pas être chargé.", entry.group, entry.name, entry.value)
        return None
    if missing := [name for name in needed if not hasattr(module, name)]:
        log.warning("%s « %s » (%s) : il manque %s.", entry.group, entry.name, entry.value, ", ".join(missing))
        return None
    return module
