"""Reading a repository: download and every field of every record, against two clients that others wrote.

Each client is used as its documentation says (iterate ListRecords, look at ``record.metadata``), on the same pages,
from a server in another process; what counts is the CPU of this process.
"""

from __future__ import annotations

from statistics import median

from oaipmh_scythe import Scythe
from sickle import Sickle

from bench.figure import Figure, cpu
from bench.served import SIZE, repository
from bridge.fetch import Fetcher
from bridge.readers import oai

PAGES = 50
RUNS = 7


FETCH = Fetcher(["127.0.0.1"])  # one for the process, as its documentation asks


def ours(url: str) -> int:
    count = 0
    waiting = [oai.start(url, {})]
    while waiting:
        page = oai.read(FETCH.get(waiting.pop()), {})
        waiting += page.next
        count += sum(bool(item.data["title"] and item.data["header"]) for item in page.items)
    return count


def sickle(url: str) -> int:
    return sum(bool(record.metadata["title"]) for record in Sickle(url).ListRecords(metadataPrefix="oai_dc"))


def scythe(url: str) -> int:
    with Scythe(url) as client:
        return sum(bool(record.metadata["title"]) for record in client.list_records(metadata_prefix="oai_dc"))


def figures() -> list[Figure]:
    clients = (ours, sickle, scythe)
    spent: dict[str, list[float]] = {client.__name__: [] for client in clients}
    with repository(PAGES) as url:
        for client in clients:  # what is imported or built at first use is not reading
            assert client(f"{url}/oai") == PAGES * SIZE, client.__name__
        for _ in range(RUNS):
            for client in clients:
                spent[client.__name__].append(cpu(lambda client=client: client(f"{url}/oai")))
    once = {name: median(times) for name, times in spent.items()}
    return [
        Figure("oai-reading-vs-sickle", once["sickle"] / once["ours"], "x", at_least=2.8),
        Figure("oai-reading-vs-oaipmh-scythe", once["scythe"] / once["ours"], "x", at_least=2.4),
        Figure("oai-reading-records-per-cpu-second", PAGES * SIZE / once["ours"], "/s", at_least=0),
    ]
