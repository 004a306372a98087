"""A collective harvested from memory: what figures that need records start from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from bench.corpus import IDENTIFY, NOTHING_NEW, page
from bridge.collective import Collective
from bridge.config import load
from bridge.fetch import Fetcher
from bridge.record import Request, Response
from bridge.refresh import Summary, refresh

MAPPING = 'extends = "{preset}"\n[source]\nid = "exemple"\nkind = "{kind}"\nurl = "{url}"\n'


class Memory:
    """A repository that answers from memory: the network is not what is measured."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._bodies = bodies

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
        if "Identify" in request.url:
            body = IDENTIFY
        elif "from=" in request.url:
            body = NOTHING_NEW
        else:
            _, found, number = request.url.partition("resumptionToken=p")
            body = self._bodies[int(number) if found else 0]
        return Response(request.url, 200, {"content-type": "text/xml"}, body, request.carry)


def collective(
    folder: Path, url: str = "http://oai.exemple.fr/oai", kind: str = "oai", preset: str = "_oai"
) -> Collective:
    """A new collective of one source, not visited yet."""
    (folder / "mappings").mkdir()
    text = MAPPING.format(preset=preset, kind=kind, url=url)
    (folder / "mappings" / "exemple.toml").write_text(text, encoding="utf-8")
    return Collective(load(folder, {"PARTAGEONS_ALLOW_HOSTS": "127.0.0.1"}))


def visit(here: Collective, bodies: Sequence[bytes]) -> Summary:
    """Visit its source once; the answers come from memory."""
    (summary,) = refresh(here, here.sources.values(), cast(Fetcher, Memory(bodies)))
    return summary


def harvested(folder: Path, pages: int) -> Collective:
    """A collective of ``pages`` times 100 records of the corpus."""
    here = collective(folder)
    summary = visit(here, [page(number, pages) for number in range(pages)])
    assert summary.complete and summary.created == pages * 100, summary
    return here
