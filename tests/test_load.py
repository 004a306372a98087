"""Reading while a harvest writes: no error, whole pages, bounded memory; everything there at the end."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.request import urlopen

from bench.freshness import service
from bench.harvested import MAPPING
from bench.load import ASKED, harvested, wait_for
from bench.serve_memory import memory, tree
from bench.served import SIZE, repository

PAGES = 100
READERS = 3  # as many harvesters as are answered at once: none may be asked to come back
OAI = "{http://www.openarchives.org/OAI/2.0/}"
LIST = "oai?verb=ListIdentifiers&metadataPrefix=oai_dc"


@contextmanager
def reading(address: str) -> Iterator[list[str]]:
    """Readers that ask for every page, again and again; what went wrong."""
    wrong: list[str] = []
    stop = Event()

    def read(start: int) -> None:
        for number in range(start, 1_000_000):
            if stop.is_set():
                return
            path = ASKED[number % len(ASKED)]
            try:
                with urlopen(address + path, timeout=60) as answer:
                    body = answer.read()
                if not (body.endswith((b">", b">\n", b"}", b"}\n"))):
                    wrong.append(f"{path} est coupée")
            except OSError as error:
                wrong.append(f"{path} : {error}")

    readers = [Thread(target=read, args=(number * 3,)) for number in range(READERS)]
    for each in readers:
        each.start()
    try:
        yield wrong
    finally:
        stop.set()
        for each in readers:
            each.join()


def identifiers(address: str) -> list[str]:
    """Those of the whole repository, page by page."""
    found: list[str] = []
    path = LIST
    while path:
        with urlopen(address + path) as answer:
            root = ET.fromstring(answer.read())
        found += [each.text or "" for each in root.iter(f"{OAI}identifier")]
        token = root.find(f".//{OAI}resumptionToken")
        path = f"oai?verb=ListIdentifiers&resumptionToken={token.text}" if token is not None and token.text else ""
    return found


def test_a_harvest_of_ten_thousand_records_disturbs_no_reader(tmp_path: Path):
    with repository(PAGES) as source:
        (tmp_path / "mappings").mkdir()
        text = MAPPING.format(preset="_oai", kind="oai", url=f"{source}/oai")
        (tmp_path / "partageons.toml").write_text('allow_hosts = ["127.0.0.1"]\n', encoding="utf-8")
        with service(tmp_path) as (address, process):
            with reading(address) as wrong:
                (tmp_path / "mappings" / "exemple.toml").write_text(text, encoding="utf-8")
                wait_for(lambda: harvested(address) >= 10 * SIZE)
                sizes = []
                while harvested(address) < PAGES * SIZE:
                    sizes.append(sum(memory(each)[0] for each in tree(process)))
            ids = identifiers(address)  # alone: it would be one harvester more than are answered at once
    assert not wrong, wrong[:3]
    assert len(ids) == len(set(ids)) == PAGES * SIZE
    assert all(re.fullmatch(r"oai:[^:]+:exemple:.+", id) for id in ids[:5])
    assert max(sizes) < 768 * 1024, f"{max(sizes) // 1024} MiB"
