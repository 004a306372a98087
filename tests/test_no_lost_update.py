"""A harvester that comes back again and again while two processes write ends with exactly what the repository holds.

It asks, as the protocol advises, from the responseDate of the first page of its harvest before, and nothing more.
This file is also the program that writes: ``python tests/test_no_lost_update.py FOLDER SEED``, until its input ends.
"""

from __future__ import annotations

import random
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from bridge.collective import Collective
from bridge.config import FILE, load
from bridge.oai import Identity
from bridge.record import Record
from bridge.store.writing import Change

RECORDS = 260
SPECS = ("theme:few", "theme:many")
SECONDS = 5.0
SMALL = 7
_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title></oai_dc:dc>'
)


# The one that writes


def change(n: int, title: str, specs: tuple[str, ...]) -> Change:
    record = Record(id=f"a:{n:03}", source="a", title=title)
    return Change(
        record=record,
        raw_hash=b"",
        content_hash=f"{title}{specs}",
        sets=("partner:a", *specs),
        oai_dc=_DC.format(title),
        pv=f"<pv>{title}</pv>",
        about="<about/>",
        terms=[],
    )


def write(folder: Path, seed: int) -> None:
    """Commit changes, withdrawals and moves between sets, without a pause to speak of, until the input ends."""
    chance = random.Random(seed)
    with closing(Collective(load(folder, {}))) as here:
        turn = 0
        sys.stdout.write("begins\n")
        sys.stdout.flush()
        while not select.select([sys.stdin], [], [], chance.uniform(0, 0.02))[0]:
            turn += 1
            some = chance.sample(range(RECORDS), chance.randrange(1, 12))
            with here.store.writing() as writing:
                if chance.random() < 0.25:
                    writing.withdraw([f"a:{n:03}" for n in some])
                else:
                    specs = tuple(spec for spec in SPECS if chance.random() < 0.6)
                    writing.keep("a", "1", [change(n, f"Fiche {n} v{seed}.{turn}", specs) for n in some])
                # A slow commit: a second may pass between the datestamp and the moment when it becomes visible.
                time.sleep(chance.choice((0, 0, 0, 0, 0, 0, 0.01, 0.3)))
            if turn % 8 == 0:
                here.catch_up()


# The one that reads


@dataclass
class Harvester:
    """What a client knows of a set (or of everything): the title of each record, None for those that are deleted.

    ``since`` is where its next harvest starts; ``pages`` and ``harvests`` count what it asked.
    """

    address: str
    set: str = ""
    known: dict[str, str | None] = field(default_factory=dict)
    since: str = ""
    pages: int = 0
    harvests: int = 0

    def harvest(self) -> None:
        asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
        asked |= {"from": self.since} if self.since else {}
        asked |= {"set": self.set} if self.set else {}
        began = ""
        while asked:
            root = self._get(asked)
            self.pages += 1
            began = began or root.findtext(f"{_OAI}responseDate", "")
            errors = {each.get("code") for each in root.iter(f"{_OAI}error")}
            assert errors <= {"noRecordsMatch"}, errors
            for record in root.iter(f"{_OAI}record"):
                header = record[0]
                gone = header.get("status") == "deleted"
                title = None if gone else record.findtext(".//{http://purl.org/dc/elements/1.1/}title")
                self.known[header.findtext(f"{_OAI}identifier", "")] = title
            token = root.findtext(f".//{_OAI}resumptionToken", "")
            asked = {"verb": "ListRecords", "resumptionToken": token} if token else {}
        self.since = began
        self.harvests += 1

    def _get(self, asked: dict[str, str]) -> ElementTree.Element:
        parts = urlsplit(self.address)
        for _ in range(100):
            with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=30)) as connection:
                connection.request("GET", f"{parts.path}oai?{urlencode(asked)}")
                answer = connection.getresponse()
                body = answer.read()
            if answer.status == 200:
                return ElementTree.fromstring(body)
            assert answer.status == 503, (answer.status, body[:300])
            time.sleep(0.05)  # « come back in some seconds »: the test comes back a little sooner
        raise AssertionError("never answered")


class Held(NamedTuple):
    """What the repository holds by identifier: titles, None for what was withdrawn."""

    whole: dict[str, str | None]
    of_set: dict[str, str | None]


def held(folder: Path, spec: str) -> Held:
    """Read from the store itself; of a set, those that left it are gone from it."""
    with closing(Collective(load(folder, {}))) as here, here.store.snapshot() as snapshot:
        node = here.settings.node
        entries = {entry.id: entry for entry in snapshot.walk()}
        ever = {
            record
            for record, of in snapshot.connection.exec_driver_sql("SELECT record, spec FROM ledger_member")
            if of == spec
        }
        present = {
            record
            for record, of, there in snapshot.connection.exec_driver_sql(
                "SELECT record, spec, present FROM ledger_member"
            )
            if of == spec and there
        }
    whole = {f"oai:{node}:{id}": entry.record.title if entry.record else None for id, entry in entries.items()}
    of_set = {
        f"oai:{node}:{id}": entries[id].record.title if id in present and entries[id].record else None for id in ever
    }
    return Held(whole, of_set)


@contextmanager
def writers(folder: Path) -> Iterator[None]:
    """Two processes that write; none of them any more when this ends."""
    command = [sys.executable, __file__, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with ExitStack() as stack:
        started = [stack.enter_context(subprocess.Popen([*command, str(seed)], **pipes)) for seed in (1, 2)]
        try:
            assert [each.stdout and each.stdout.readline() for each in started] == [b"begins\n"] * 2
            yield
        finally:
            for each in started:
                assert each.stdin
                each.stdin.close()
    assert [each.returncode for each in started] == [0, 0]


def follow(folder: Path, address: str) -> list[Harvester]:
    """Harvest again and again, each harvester in a thread of its own, while others write; then once more."""
    clients = [Harvester(address), Harvester(address, "theme:few"), Harvester(address, "theme")]
    failures: list[BaseException] = []
    stop = threading.Event()

    def again(client: Harvester) -> None:
        try:
            while not stop.is_set():
                client.harvest()
        except BaseException as error:
            failures.append(error)

    with writers(folder):
        threads = [threading.Thread(target=again, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        stop.wait(SECONDS)
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures, failures
    # The last commits are served once their second is over: nothing of it can come any more.
    with closing(Collective(load(folder, {}))) as here, here.store.snapshot() as snapshot:
        last = snapshot.updated
    for client in clients:
        end = time.monotonic() + 30
        while client.since <= last and time.monotonic() < end:
            client.harvest()
        assert client.harvests > 2
    return clients


def check(folder: Path, clients: list[Harvester]) -> None:
    whole, few, theme = clients
    found = held(folder, "theme:few")
    assert len(found.whole) > RECORDS / 2 + 20 and None in found.whole.values() and any(found.of_set.values())
    assert whole.known == found.whole
    assert few.known == found.of_set
    fresh = Harvester(theme.address, "theme")
    fresh.harvest()
    assert theme.known == fresh.known


def settled(folder: Path) -> Path:
    (folder / FILE).write_text("base_url = 'http://127.0.0.1/'\n", encoding="utf-8")
    (folder / "mappings").mkdir()
    with closing(Collective(load(folder, {}))) as here:
        with here.store.writing() as writing:
            writing.keep("a", "1", [change(n, f"Fiche {n}", SPECS[n % 2 :]) for n in range(0, RECORDS, 2)])
        here.catch_up()
    return folder


def test_a_harvester_of_the_real_service_loses_nothing(tmp_path: Path) -> None:
    folder = settled(tmp_path)
    command = [sys.executable, "-m", "bridge.cli", "serve", "--port", "0", "--no-refresh"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as service:
        try:
            assert service.stdout
            first = service.stdout.readline()
            address = next(word for word in first.split() if word.startswith("http://"))
            check(folder, follow(folder, address))
        finally:
            service.terminate()


def test_tokens_resumed_in_the_middle_of_writes_lose_nothing(tmp_path: Path, monkeypatch) -> None:
    """Pages of seven: most of them are asked after some commits that came since the first."""
    from werkzeug.serving import make_server

    from bridge.web import create_app, oai
    from bridge.web.page_cache import PageCache

    folder = settled(tmp_path)
    usual = oai._identity

    def small(*arguments: object) -> Identity:
        return replace(usual(*arguments), page_size=SMALL)  # type: ignore[arg-type]

    monkeypatch.setattr(oai, "_identity", small)
    with ExitStack() as stack:
        here = stack.enter_context(closing(Collective(load(folder, {}))))
        server = make_server("127.0.0.1", 0, PageCache(create_app(here), lambda: here.store.seq), threaded=True)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        clients = follow(folder, f"http://127.0.0.1:{server.server_port}/")
        assert clients[0].pages > RECORDS / SMALL
        check(folder, clients)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
