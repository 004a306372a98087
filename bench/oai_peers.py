"""Other OAI-PMH providers in Python as WSGI applications, as their documentation says, on the records of a collective.

``oaipmh`` (the maintained pyoai) is given records in memory and asked for a batch at a time; ``oai_repo`` is given the
XML of each record in memory, by many at once. Neither reads a database, compresses, or gives provenance.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import oai_repo
import oaipmh.server
from lxml import etree
from oaipmh.common import Header, Identify, Metadata
from oaipmh.metadata import MetadataRegistry

from bridge.collective import Collective
from bridge.config import load

SIZE = 100
_SETS = re.compile("<setSpec>(.*?)</setSpec>")
NOW = "2100-01-01T00:00:00Z"
URL = "http://exemple.fr/oai"
FORMAT = ("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/")


def records() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Of the collective in this folder: identifier, datestamp, sets and ``oai_dc`` of each record."""
    here = Collective(load(Path.cwd(), {}))
    after: tuple[str, str] | None = None
    with here.store.snapshot() as snapshot:
        while listed := snapshot.oai.list("oai_dc", "", NOW, "", after, SIZE):
            for header, fragment, _, head in listed:
                sets = tuple(_SETS.findall(head.decode()))
                yield f"oai:exemple.fr:{header.id}", header.datestamp, sets, fragment.decode()
            after = (listed[-1].header.datestamp, listed[-1].header.id)
    here.close()


def wsgi(respond: Callable[[dict[str, str]], bytes]) -> Any:
    """The application that answers a query with what ``respond`` gives."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = respond(dict(parse_qsl(environ["QUERY_STRING"])))
        start_response("200 OK", [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(body)))])
        return [body]

    return application


class _Batches:
    """``IBatchingOAI`` of ``oaipmh``."""

    def __init__(self) -> None:
        self._records = []
        for identifier, datestamp, sets, fragment in records():
            values = defaultdict(list)
            for element in etree.fromstring(fragment):
                values[etree.QName(element).localname].append(element.text)
            stamp = datetime.fromisoformat(datestamp).replace(tzinfo=None)
            header = Header(None, identifier, stamp, list(sets), False)
            self._records.append((header, Metadata(None, dict(values)), None))

    def identify(self) -> Any:
        return Identify("Exemple", URL, "2.0", ["a@exemple.fr"], datetime(2020, 1, 1), "no", "YYYY-MM-DD", ["identity"])

    def listRecords(self, metadataPrefix: str, cursor: int, batch_size: int) -> Iterable[Any]:
        return self._records[cursor : cursor + batch_size]


def of_oaipmh() -> Any:
    registry = MetadataRegistry()
    registry.registerWriter("oai_dc", oaipmh.server.oai_dc_writer)
    return wsgi(oaipmh.server.BatchingServer(_Batches(), registry, resumption_batch_size=SIZE).handleRequest)


class _Data(oai_repo.DataInterface):
    """``DataInterface`` of ``oai_repo``."""

    limit = SIZE

    def __init__(self) -> None:
        self._records = {identifier: (stamp, sets, fragment) for identifier, stamp, sets, fragment in records()}
        self._order = list(self._records)

    def get_identify(self) -> Any:
        return oai_repo.Identify("Exemple", URL, ["a@exemple.fr"], NOW, "no", "YYYY-MM-DDThh:mm:ssZ")

    def is_valid_identifier(self, identifier: str) -> bool:
        return identifier in self._records

    def get_metadata_formats(self, identifier: str | None = None) -> list[Any]:
        return [oai_repo.MetadataFormat(*FORMAT)]

    def get_record_header(self, identifier: str) -> Any:
        datestamp, sets, _ = self._records[identifier]
        return oai_repo.RecordHeader(identifier, datestamp, list(sets))

    def get_record_metadata(self, identifier: str, metadataprefix: str) -> Any:
        return etree.fromstring(self._records[identifier][2])

    def get_record_abouts(self, identifier: str) -> list[Any]:
        return []

    def list_identifiers(
        self,
        metadataprefix: str,
        filter_from: Any = None,
        filter_until: Any = None,
        filter_set: Any = None,
        cursor: int = 0,
    ) -> tuple[list[str], int, None]:
        return self._order[cursor : cursor + SIZE], len(self._order), None


def of_oai_repo() -> Any:
    repository = oai_repo.OAIRepository(_Data())
    return wsgi(lambda arguments: bytes(repository.process(arguments)))
