"""The sites together, up and down as one, and the events of their life."""

from __future__ import annotations

import tomllib
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.resources import files
from types import TracebackType
from typing import Any, NamedTuple

from bridge.demo.server import SiteServer
from bridge.demo.site import Site, State
from bridge.demo.sites import SPEAKERS

_AFTER = {"add": State.PUBLISHED, "change": State.PUBLISHED, "delete": State.DELETED}


class Event(NamedTuple):
    """Something that happens to a resource: ``action`` is ``add``, ``change`` or ``delete``; ``told`` is French."""

    site: str
    key: str
    action: str
    told: str
    values: Mapping[str, Any] = {}


class Network:
    """``with Network() as network:`` the sites answer on free ports of the loopback interface.

    Attributes:
        sites: by source id.
        first, every: seconds before the first event, and between two.
    """

    def __init__(self) -> None:
        texts = _texts("content")
        timeline = tomllib.loads(texts.pop("timeline"))
        contents = {name: tomllib.loads(text) for name, text in sorted(texts.items())}
        self.sites = {name: Site(name, each, SPEAKERS[each["site"]["speaks"]]) for name, each in contents.items()}
        self.first: float = timeline["first"]
        self.every: float = timeline["every"]
        self._events = deque(Event(**event) for event in timeline["event"])
        self._servers: list[SiteServer] = []

    def __enter__(self) -> Network:
        with ExitStack() as stack:
            stack.callback(self._stop)
            for site in self.sites.values():
                self._servers.append(SiteServer(site))
                self._servers[-1].start()
            stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        with ThreadPoolExecutor(len(self.sites)) as pool:  # each takes a moment to notice
            for stopping in [pool.submit(server.stop) for server in self._servers]:
                stopping.result()
        self._servers.clear()

    @property
    def hosts(self) -> tuple[str, ...]:
        """``host:port`` of each site."""
        return tuple(server.host for server in self._servers)

    def corrections(self) -> dict[str, str]:
        """The few lines of mapping that a coordinator writes over what is proposed for a site; some need none."""
        lines = _texts("mappings")
        return {name: lines.get(name, "") for name in self.sites}

    def targets(self) -> dict[str, str]:
        """What is written of each target, by the name of its file; some are sites too."""
        return _texts("targets")

    def tick(self) -> Event:
        """Let the next event happen; returns it. A change comes back at the end of the queue, the other way round."""
        event = self._events.popleft()
        before = self.sites[event.site].change(event.key, _AFTER[event.action], event.values)
        if event.action == "change":
            self._events.append(event._replace(values=before))
        return event


def _texts(folder: str) -> dict[str, str]:
    """The TOML files of a folder of the demo, by name."""
    found = (files("bridge.demo") / folder).iterdir()
    return {each.name.removesuffix(".toml"): each.read_text(encoding="utf-8") for each in found}
