"""A harvest killed at any moment: the sites it reads, the program that is killed, and what is left to compare.

``python tests/crashing.py`` reads folders from its input, one a line, and harvests each in a child process of its own,
whose number it prints; once the child has ended, however it did, it prints « fini ».
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import orjson

import bridge.harvest
from bridge.collective import Collective
from bridge.config import FILE, load
from bridge.refresh import fetcher, refresh
from bridge.store import cache, ledger
from bridge.store.search import Query
from bridge.web import create_app

sys.path.insert(0, str(Path(__file__).parent))
from web_server import WebServer

RECORDS = 300
"""Of each of the two sources."""
PAGE = 50
BATCH = 40
"""Records of a commit: many commits, many moments between two of them."""
_OAI = "{http://www.openarchives.org/OAI/2.0/}"


# The sites: a JSON list and an OAI-PMH repository that tells what it deletes, before and after a day's work


def _rows(after: bool) -> list[dict[str, Any]]:
    """Some change, five go away, some come, some move to another set."""
    rows = []
    for n in range(RECORDS + 20 * after):
        if after and n % 60 == 7:
            continue
        word = "revue" if after and n % 5 == 0 else "mare"
        kind = "Étude" if after and n % 11 == 0 else "Retour d'expérience"
        rows.append({"id": n, "titre": f"Fiche {n} {word}", "genre": kind, "resume": f"Une {word} n° {n}"})
    return rows


def _json_pages(site: WebServer, after: bool) -> None:
    rows = _rows(after)
    for start in range(0, len(rows), PAGE):
        more = site.url(f"/liste?de={start + PAGE}") if start + PAGE < len(rows) else None
        body = orjson.dumps({"data": rows[start : start + PAGE], "next": more, "total": len(rows)})
        site.pages["/liste" + (f"?de={start}" if start else "")] = (200, {"Content-Type": "application/json"}, body)


def _oai_pages(site: WebServer, after: bool) -> None:
    def envelope(inside: str) -> tuple[int, Mapping[str, str], bytes]:
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            f"<responseDate>2026-01-0{1 + after}T00:00:00Z</responseDate><request>x</request>{inside}</OAI-PMH>"
        )
        return 200, {"Content-Type": "text/xml"}, text.encode()

    identify = "<earliestDatestamp>2020-01-01</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
    site.pages["/oai?verb=Identify"] = envelope(
        f"<Identify><baseURL>x</baseURL>{identify}<granularity>YYYY-MM-DD</granularity></Identify>"
    )
    records = []
    for n in range(RECORDS):
        deleted = after and n % 30 == 3
        word = "revue" if after and n % 4 == 0 else "haie"
        status = ' status="deleted"' if deleted else ""
        header = f"<header{status}><identifier>oai:x:{n}</identifier><datestamp>2025-01-01</datestamp></header>"
        metadata = (
            '<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Notice {n} {word}</dc:title></oai_dc:dc></metadata>'
        )
        records.append(f"<record>{header}{'' if deleted else metadata}</record>")
    for path in [path for path in site.pages if "ListRecords" in path]:
        del site.pages[path]
    for start in range(0, RECORDS, PAGE):
        token = f"<resumptionToken>{start + PAGE}</resumptionToken>" if start + PAGE < RECORDS else ""
        page = envelope(f"<ListRecords>{''.join(records[start : start + PAGE])}{token}</ListRecords>")
        # Asked whole or since any date: all of it is given.
        asked = f"resumptionToken={start}" if start else "metadataPrefix=oai_dc"
        for since in ("", "&from=2025-12-31", "&from=2026-01-01") if not start else ("",):
            site.pages[f"/oai?verb=ListRecords&{asked}{since}"] = page


class Sites(NamedTuple):
    """Two partners, each on a host of its own, so that they are walked beside one another."""

    table: WebServer
    library: WebServer

    def live(self, after: bool) -> None:
        """Before, or after, a day's work."""
        self.table.pages.clear()
        _json_pages(self.table, after)
        _oai_pages(self.library, after)

    def settle(self, folder: Path) -> None:
        """A collective of both in a folder."""
        hosts = ", ".join(f'"127.0.0.1:{site.server_port}"' for site in self)
        folder.mkdir(parents=True)
        (folder / FILE).write_text(f"allow_hosts = [{hosts}]\nbase_url = 'http://localhost/'\n", encoding="utf-8")
        (folder / "mappings").mkdir()
        common = 'id = "{0}"\ntitle = "{0}"\nkind = "{1}"\nurl = "{2}"\nlicence = "etalab-2.0"\n'
        table = '[source]\noptions = { items = "data" }\n' + common.format("t", "json_api", self.table.url("/liste"))
        table += '[fields]\ntitle = "titre"\nabstract = "resume"\ntype = "genre"\n'
        library = 'extends = "_oai"\n[source]\n' + common.format("l", "oai", self.library.url("/oai"))
        (folder / "mappings/t.toml").write_text(table, encoding="utf-8")
        (folder / "mappings/l.toml").write_text(library, encoding="utf-8")


@contextmanager
def opened(folder: Path) -> Iterator[Collective]:
    with closing(Collective(load(folder, {}))) as here:
        yield here


def harvest(folder: Path, *, full: bool = False) -> None:
    """One visit of both sources."""
    with opened(folder) as here, fetcher(here) as fetch:
        for summary in refresh(here, here.sources.values(), fetch, full=full):
            assert summary.complete, summary.problems


class Stamps(NamedTuple):
    """What may only grow: each record's datestamp, the last ``seq``, and the datestamps that each ``seq`` gave."""

    of: dict[str, str]
    seq: int
    given: dict[int, set[str]]


def stamps(folder: Path) -> Stamps:
    with opened(folder) as here, here.store.snapshot() as snapshot:
        rows = snapshot.connection.execute(ledger.record.select()).all()
        given: dict[int, set[str]] = {}
        for row in rows:
            given.setdefault(row.seq, set()).add(row.datestamp)
        return Stamps({row.id: row.datestamp for row in rows}, here.store.seq, given)


def state(folder: Path) -> dict[str, Any]:
    """All that must be equal whatever happened on the way: records and tombstones with their hashes, absences, sets,
    contents and fragments without the instants of the harvest, what a search finds, and the whole OAI-PMH list as a
    harvester reads it (no identifier twice)."""
    with opened(folder) as here:
        with here.store.snapshot() as snapshot:
            connection = snapshot.connection
            records = {
                row.id: (
                    row.source,
                    row.status,
                    row.content_hash if row.status == "live" else "",
                    bool(row.absent_since),
                )
                for row in connection.execute(ledger.record.select())
            }
            sets = {(row.record, row.spec, row.present) for row in connection.execute(ledger.member.select())}
            contents = {
                row.id: ({**orjson.loads(row.pivot), "harvested": ""}, row.oai_dc, row.pv)
                for row in connection.execute(cache.record.select())
            }
            committed = snapshot.seq
        words = ("", "mare", "haie", "revue", "fiche")
        found = {word: sorted(here.index.search(Query(text=word, limit=10_000)).ids) for word in words}
        assert here.index.seq == committed, "the index follows the store"
        return {"records": records, "sets": sets, "contents": contents, "found": found, "oai": _listed(here)}


def _listed(here: Collective) -> dict[str, tuple[bool, tuple[str, ...], bytes]]:
    client = create_app(here).test_client()
    listed: dict[str, tuple[bool, tuple[str, ...], bytes]] = {}
    asked = "/oai?verb=ListRecords&metadataPrefix=oai_dc"
    while asked:
        page = ElementTree.fromstring(client.get(asked).data).find(f"{_OAI}ListRecords")
        assert page is not None, asked
        for record in page.iter(f"{_OAI}record"):
            header, metadata = record[0], record.find(f"{_OAI}metadata")
            identifier = header.findtext(f"{_OAI}identifier", "")
            assert identifier not in listed, f"{identifier} twice"
            sets = tuple(sorted(each.text or "" for each in header.iter(f"{_OAI}setSpec")))
            content = b"" if metadata is None else ElementTree.tostring(metadata)
            listed[identifier] = header.get("status") == "deleted", sets, content
        token = page.findtext(f"{_OAI}resumptionToken", "")
        asked = f"/oai?verb=ListRecords&resumptionToken={token}" if token else ""
    return listed


class Killer:
    """The program that is killed, kept warm: each harvest is a child of it."""

    def __init__(self) -> None:
        command = [sys.executable, __file__]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        self._program = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._say("")

    def close(self) -> None:
        assert self._program.stdin
        self._program.stdin.close()
        self._program.wait(30)
        if self._program.stdout:
            self._program.stdout.close()

    def _say(self, line: str) -> str:
        assert self._program.stdin and self._program.stdout
        self._program.stdin.write(line + "\n")
        self._program.stdin.flush()
        return self._program.stdout.readline().strip()

    def harvest(self, folder: Path, moment: Callable[[], None] | None = None) -> float:
        """Harvest a folder, killed (SIGKILL) once ``moment`` has passed; returns how long it took."""
        child, start = int(self._say(str(folder))), time.monotonic()
        if moment:
            moment()
            os.kill(child, signal.SIGKILL)  # its parent has not waited for it yet: it is no other process
        assert self._say("") == "fini"
        return time.monotonic() - start


def _seq(folder: Path) -> int:
    with closing(sqlite3.connect(load(folder, {}).data / "partageons.sqlite")) as database:
        return int(database.execute("SELECT value FROM ledger_state WHERE key = 'seq'").fetchone()[0])


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    with WebServer() as table, WebServer() as library:
        sites = Sites(table, library)
        sites.live(after=False)
        sites.settle(folder / "before")
        harvest(folder / "before")
        sites.live(after=True)
        found = Scene(folder, Killer())
        try:
            yield found
        finally:
            found.killer.close()


class Scene:
    """A collective that was harvested the day before, copied for each trial.

    Attributes:
        seconds, commits: how long an undisturbed harvest of the day takes, and how many times it commits.
        expected: what it leaves once what is missing was confirmed.
        halfway: how many of the kills so far fell between two commits of the harvest.
    """

    def __init__(self, folder: Path, killer: Killer) -> None:
        self.folder, self.killer, self.halfway = folder, killer, 0
        calm = self._copy("calm")
        begun = stamps(calm).seq
        self.seconds = self.killer.harvest(calm)
        self.commits = stamps(calm).seq - begun
        harvest(calm, full=True)
        self.expected = state(calm)

    def _copy(self, name: str) -> Path:
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return Path(shutil.copytree(self.folder / "before", self.folder / name))

    def differs(self, seed: int) -> list[str]:
        """What is not as it should be after a kill at a moment that the seed decides, and two ordinary harvests. One in
        three falls at any time, the others soon after one of the commits."""
        copy, chance = self._copy("killed"), random.Random(seed)
        before = stamps(copy)
        commit = before.seq + chance.randrange(self.commits)

        def moment() -> None:
            if seed % 3 == 0:
                time.sleep(chance.uniform(0, self.seconds))
                return
            end = time.monotonic() + 2 * self.seconds
            while _seq(copy) < commit and time.monotonic() < end:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.04))

        self.killer.harvest(copy, moment)
        killed = stamps(copy)
        harvest(copy)
        harvest(copy, full=True)
        after = stamps(copy)
        self.halfway += before.seq < killed.seq < after.seq
        found = state(copy)
        wrong = [name for name in self.expected if found[name] != self.expected[name]]
        for earlier, later in ((before, killed), (killed, after)):
            if any(later.of.get(id, "") < stamp for id, stamp in earlier.of.items()) or later.seq < earlier.seq:
                wrong.append("backwards")
        if any(len(each) > 1 for each in after.given.values()):
            wrong.append("a seq twice")
        return wrong


def _tell(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    """Harvest the folders that are named on the input, each in a child."""
    for line in sys.stdin:
        folder = line.strip()
        if not folder:
            _tell("prêt")
            continue
        child = os.fork()
        if not child:
            bridge.harvest.BATCH = BATCH
            harvest(Path(folder))
            os._exit(0)
        _tell(child)
        sys.stdin.readline()
        os.waitpid(child, 0)
        _tell("fini")


if __name__ == "__main__":
    main()
