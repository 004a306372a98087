"""What the server gives through real sockets, beside nginx and beside two other OAI-PMH providers in Python.

Servers have one process that serves, pinned to one core; ``wrk``, pinned to another, keeps CONNECTIONS open. What is
compared is measured in turn, several times, on the same bytes (nginx) or the same 20,000 records (providers).
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from statistics import median
from time import sleep
from types import MappingProxyType
from urllib.parse import quote
from urllib.request import Request, urlopen

from bench.applications import served
from bench.figure import Figure, wall
from bench.harvested import collective, harvested, visit
from bench.nginx import nginx
from bench.serve_memory import tree
from bench.served import records
from bridge.web.feeds import FORMATS

PAGES = 200
LARGE = 300  # more than are kept at once; 1000 pages take three times as long to harvest and the same memory
CONNECTIONS = 3  # as many as our provider writes for at once: more are told to come later (503)
SECONDS = 1
RUNS = 3
REST = 0.2  # seconds; what the last run asked for and left is written meanwhile, and counts neither here nor as a 503
RECORDS = "oai?verb=ListRecords&metadataPrefix=oai_dc"
GZIP = {"Accept-Encoding": "gzip"}
# The list of the showcase, and every feed of 20.
FEEDS = {extension: f"feed.{extension}?limite=20" for extension in FORMATS}
SHORT = ("", *FEEDS.values())
SCRIPT = """
local paths, each, at = {{ {paths} }}, {{}}, 0
function init() for i, path in ipairs(paths) do each[i] = wrk.format("GET", path) end end
function request() at = at % #each + 1; return each[at] end
"""
_TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)</resumptionToken>")
_CORES = sorted(os.sched_getaffinity(0))
FIRST_CORE, LAST_CORE = (("taskset", "-c", str(core)) for core in (_CORES[0], _CORES[-1]))


@dataclass(frozen=True)
class Answer:
    body: bytes
    headers: Message


def get(url: str, headers: Mapping[str, str] = MappingProxyType({})) -> Answer:
    with urlopen(Request(url, headers=dict(headers))) as answer:
        return Answer(answer.read(), answer.headers)


def file(answer: Answer) -> tuple[bytes, str, str]:
    """An answer as nginx serves it: its bytes, Content-Type and Content-Encoding."""
    return answer.body, answer.headers["Content-Type"], answer.headers.get("Content-Encoding", "")


def walk(address: str, first: str = RECORDS) -> Iterator[str]:
    """The path of each page of a list of records, as a harvester asks for them."""
    path = first
    while path:
        yield path
        found = _TOKEN.search(get(address + path).body)
        path = f"oai?verb=ListRecords&resumptionToken={quote(found[1].decode())}" if found else ""


@dataclass(frozen=True)
class Load:
    """Requests, again and again. ``paths`` are asked in turn; all must be answered 200, or 304."""

    address: str
    process: int
    paths: Sequence[str]
    headers: Mapping[str, str]

    def rate(self) -> tuple[float, float]:
        """Requests a second; microseconds of the server's processor for each."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(SCRIPT.format(paths=", ".join(f'"/{path}"' for path in self.paths)))
            script.flush()
            sent = [part for pair in self.headers.items() for part in ("-H", ": ".join(pair))]
            command = [*LAST_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script.name, *sent]
            sleep(REST)
            before = self._processor()
            done = subprocess.run([*command, self.address], stdout=subprocess.PIPE, text=True, check=True)
            spent = self._processor() - before
        assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout
        rate, count = re.search(r"Requests/sec: +([\d.]+)", done.stdout), re.search(r"(\d+) requests in", done.stdout)
        assert rate and count, done.stdout
        return float(rate[1]), spent / int(count[1]) * 1e6

    def _processor(self) -> float:
        ticks = 0
        for process in tree(self.process):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def compared(ours: Load, theirs: Load) -> tuple[float, float, float]:
    """Our rate, and by the medians of runs taken in turn: our rate / theirs, their processor a request / ours."""
    runs = [(ours.rate(), theirs.rate()) for _ in range(RUNS)]
    a, b, mine, other = (median(run[i][j] for run in runs) for j in (0, 1) for i in (0, 1))
    return a, a / b, other / mine


def providers(folder: Path) -> list[Figure]:
    """Pages of 100 records written for each request, all of them in turn, by ours and by the others."""
    loads = {}
    with ExitStack() as stack:
        for name in ("never-kept", "oaipmh", "oai-repo"):
            address, process = stack.enter_context(served(name, folder, FIRST_CORE))
            loads[name] = Load(address, process, tuple(walk(address)), {})
            assert len(loads[name].paths) == PAGES, (name, len(loads[name].paths))
        ours = loads["never-kept"]
        found = []
        for name in ("oaipmh", "oai-repo"):
            rate, ratio, processor = compared(ours, loads[name])
            found += [
                Figure(f"oai-first-writing-vs-{name}", ratio, "x", at_least=5),
                Figure(f"oai-first-writing-vs-{name}-processor", processor, "x", at_least=5),
            ]
        found.append(Figure("oai-first-writing-per-second", rate, "/s", at_least=0))
        paths = tuple(walk(ours.address, filtered(ours.address)))
        _, ratio, _ = compared(Load(ours.address, ours.process, paths, {}), ours)
        found.append(Figure("oai-filtered-vs-whole", ratio, "x", at_least=0.5))
        first = Load(ours.address, ours.process, (RECORDS,), {})
        found.append(Figure("oai-first-page-per-second", first.rate()[0], "/s", at_least=0))
        found += first_writings(ours)
    return found


def first_writings(ours: Load) -> list[Figure]:
    """Pages of 20 written for each request, as browsers ask for them, beside nginx that serves the same bytes."""
    slowest = max(SHORT, key=lambda path: min(wall(lambda: get(ours.address + path, GZIP)) for _ in range(3)))
    rate, _ = Load(ours.address, ours.process, (slowest,), GZIP).rate()
    found = [Figure("pages-of-20-first-writing-slowest", rate, "/s", at_least=0)]
    asked = {"list": "", "feed": FEEDS["json"]}
    files = {name: file(get(ours.address + path, GZIP)) for name, path in asked.items()}
    with nginx(files, FIRST_CORE) as (limit, process):
        for name, path in asked.items():
            written, copied = Load(ours.address, ours.process, (path,), GZIP), Load(limit, process, (name,), GZIP)
            rate, ratio, processor = compared(written, copied)
            found += [
                Figure(f"first-writing-{name}-of-20-vs-nginx", ratio, "x", at_least=1 / 8),
                Figure(f"first-writing-{name}-of-20-vs-nginx-processor", processor, "x", at_least=1 / 8),
                Figure(f"first-writing-{name}-of-20-per-second", rate, "/s", at_least=0),
            ]
    return found


def filtered(address: str) -> str:
    """A request for the set of most pages, from the first datestamp until the last."""
    sets = re.findall(rb"<setSpec>(theme:[^<]+)</setSpec>", get(f"{address}oai?verb=ListSets").body)
    stamps = sorted(
        re.findall(rb"<datestamp>([^<]+)</datestamp>", b"".join(get(address + p).body for p in walk(address)))
    )
    requests = [
        f"{RECORDS}&set={quote(spec.decode())}&from={stamps[0].decode()}&until={stamps[-1].decode()}" for spec in sets
    ]
    return max(requests, key=lambda request: _size(get(address + request).body))


def _size(body: bytes) -> int:
    found = re.search(rb'completeListSize="(\d+)"', body)
    return int(found[1]) if found else 0


def kept(folder: Path) -> list[Figure]:
    """Kept pages, and 304s, beside nginx that serves the same bytes."""
    with served("kept", folder, FIRST_CORE) as (address, process):
        asked = {
            "oai": (RECORDS, {}),
            "oai-gzip": (RECORDS, GZIP),
            "json-2000": ("feed.json?limite=2000", GZIP),
            **{f"short-{n}": (path, GZIP) for n, path in enumerate(SHORT)},
        }
        answers = {name: get(address + path, headers) for name, (path, headers) in asked.items()}
        files = {name: file(answer) for name, answer in answers.items()}
        short = [name for name in asked if name.startswith("short-")]
        with nginx(files, FIRST_CORE) as (limit, nginx_process):

            def pair(*names: str, unchanged: bool = False) -> tuple[float, float, float]:
                paths, headers = [asked[name][0] for name in names], asked[names[0]][1]
                ours, theirs = dict(headers), dict(headers)
                if unchanged:
                    (name,) = names
                    ours["If-None-Match"] = answers[name].headers["ETag"]
                    theirs["If-None-Match"] = get(limit + name).headers["ETag"]
                return compared(Load(address, process, paths, ours), Load(limit, nginx_process, names, theirs))

            found = []
            for name, target in (("oai", 1 / 2.5), ("oai-gzip", 1 / 2.5), ("json-2000", 1 / 4)):
                rate, ratio, processor = pair(name)
                found += [
                    Figure(f"kept-{name}-vs-nginx", ratio, "x", at_least=target),
                    Figure(f"kept-{name}-vs-nginx-processor", processor, "x", at_least=target),
                    Figure(f"kept-{name}-per-second", rate, "/s", at_least=0),
                ]
            rate, ratio, processor = pair(*short)
            unchanged = pair("short-0", unchanged=True)
            found += [
                Figure("kept-pages-of-20-vs-nginx", ratio, "x", at_least=1 / 4),
                Figure("kept-pages-of-20-vs-nginx-processor", processor, "x", at_least=1 / 4),
                Figure("kept-pages-of-20-per-second", rate, "/s", at_least=0),
                Figure("unchanged-vs-nginx", unchanged[1], "x", at_least=1 / 2),
                Figure("unchanged-vs-nginx-processor", unchanged[2], "x", at_least=1 / 2),
                Figure("unchanged-per-second", unchanged[0], "/s", at_least=0),
            ]
    return found


def memory() -> Figure:
    """The most resident memory of a worker whose every record was harvested, each page kept as long as it may."""
    with tempfile.TemporaryDirectory() as name:
        # From templates: writing so many of the corpus takes as long as harvesting them.
        with closing(collective(Path(name))) as here:
            visit(here, [records(number, LARGE) for number in range(LARGE)])
        with served("kept", Path(name)) as (address, process):
            pages = sum(1 for _ in walk(address))
            assert pages == LARGE, pages
            workers = tree(process) - {process}
            peaks = [
                int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{worker}/status").read_text())[1]) for worker in workers
            ]
    return Figure(f"oai-memory-{LARGE * 100}-records", max(peaks) / 1024, "MiB", at_most=256)


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        harvested(folder, PAGES).close()
        return [*providers(folder), *kept(folder), memory()]
