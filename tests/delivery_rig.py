"""A bridge with one source and targets to deliver to, for the tests of deliveries."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge import delivering
from bridge.collective import Collective
from bridge.config import load
from bridge.delivering import Done, deliver_now
from bridge.fetch import Fetcher
from bridge.meaning.target import Target
from bridge.refresh import refresh
from bridge.store.copies import Copies
from bridge.store.deliveries import Deliveries
from bridge.store.notices import Notices
from tests.conftest import Web

URL = "https://a.exemple.fr/data.json"
SOURCE = f"""
[source]
id = "a"
kind = "json_api"
url = "{URL}"
title = "Source A"
[fields]
title = "titre"
url = "lien"
abstract = "resume"
themes = "theme"
[values.themes]
"Mares, étangs et zones humides" = "t-zones-humides"
"""


def item(number: int, title: str = "", **more: Any) -> dict[str, Any]:
    found = {
        "id": number,
        "titre": title or f"Fiche {number}",
        "resume": "Une mare.",
        "lien": f"https://a.exemple.fr/{number}",
    }
    return found | more


class Bridge:
    """A collective with one source « a » and targets; what a target is told is seen by its receiver."""

    def __init__(self, folder: Path, web: Web, hosts: str) -> None:
        (folder / "mappings").mkdir(exist_ok=True)
        environ = {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/", "PARTAGEONS_ALLOW_HOSTS": hosts}
        self.folder, self.web, self.environ = folder, web, environ
        self.here = Collective(load(folder, environ))
        self.fetch = Fetcher(self.here.settings.allow_hosts)
        self.listed = 0
        self.write("a.toml", SOURCE)

    def write(self, name: str, text: str) -> None:
        path = self.here.settings.mappings / name
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_text(text, encoding="utf-8")
        if before:  # a change within the clock's grain must be seen too
            os.utime(path, ns=(before + 10**9, before + 10**9))

    def target(self, push: str, more: str = "", id: str = "t") -> Target:
        self.write(f"{id}.toml", f'[target]\nid = "{id}"\ntitle = "La destination"\n{more}\n[target.push]\n{push}')
        assert not self.here.broken, self.here.broken
        return self.here.targets[id]

    def harvest(self, *items: dict[str, Any]) -> None:
        """The source lists these, and every absence is believed."""
        fewer, self.listed = len(items) < self.listed, len(items)
        self.web.put(URL, list(items))
        for _ in range(2 if fewer else 1):
            refresh(self.here, [self.here.sources["a"]], self.web, full=True)  # type: ignore[arg-type]
        with self.here.store.snapshot() as snapshot:
            held = snapshot.states()["a"].held_back
        if held:
            with self.here.store.writing() as writing:
                writing.release("a")
            self.here.catch_up()

    def deliver(self, id: str = "t", **options: bool) -> list[Done]:
        return deliver_now(self.here, self.fetch, self.here.targets[id], **options)

    def acts(self, id: str = "t", **options: bool) -> list[tuple[str, str]]:
        return [(done.act, done.record) for done in self.deliver(id, **options)]

    def letters(self, state: str = "") -> list[Any]:
        with self.here.store.snapshot() as snapshot:
            return Deliveries(snapshot).deliveries(state=state)

    def hasten(self) -> None:
        """What waits for its next try waits no more."""
        with self.here.store.writing() as writing:
            for letter in Deliveries(writing).deliveries(state="waiting"):
                Deliveries(writing).keep(replace(letter, next_try=""))

    def notices(self, kind: str = "dead") -> list[str]:
        with self.here.store.snapshot() as snapshot:
            return [notice.message for notice in Notices(snapshot).open() if notice.kind == kind]

    def proposals(self) -> list[str]:
        with self.here.store.snapshot() as snapshot:
            return [proposal.record for proposal in Copies(snapshot).proposals()]

    @contextmanager
    def running(self) -> Iterator[None]:
        """The service delivers while this lasts."""
        stop = threading.Event()
        thread = threading.Thread(target=delivering.run, args=(self.here, self.fetch, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def close(self) -> None:
        self.fetch.close()
        self.here.close()
