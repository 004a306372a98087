"""What a part of a walk leaves to be kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from bridge import oai
from bridge.meaning.mapping import Mapped
from bridge.meaning.marks import marks_of
from bridge.meaning.sets import sets_of
from bridge.meaning.source import Source
from bridge.meaning.words import Words
from bridge.record import Record
from bridge.store import Change, PageState
from bridge.store.writing import STAMP
from bridge.writers import oai_dc, pv_xml


@dataclass(slots=True)
class Batch:
    """A part of a walk: what to keep, what is the same, what was withdrawn, by record id. A page's state goes with the
    last of its items, so that it is kept only if they are."""

    changes: dict[str, Change] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    pages: list[PageState] = field(default_factory=list)
    total: int | None = None

    def __len__(self) -> int:
        return len(self.changes) + len(self.same) + len(self.deleted)

    def add(self, other: Batch) -> None:
        """What comes after: of a record that a list names twice, the last word counts."""
        gone = set(other.deleted)
        self.changes = {k: v for k, v in self.changes.items() if k not in gone} | other.changes
        self.deleted = [record_id for record_id in self.deleted if record_id not in other.changes] + other.deleted
        self.same += other.same
        self.pages += other.pages
        self.total = other.total


def change_of(mapped: Mapped, record: Record, raw_hash: bytes, source: Source, words: Words, node: str) -> Change:
    """A record as the store keeps it: its fragments written once, here, for every reader to come."""
    sets = sets_of(record, source.vocabulary)
    pv = pv_xml.fragment(record, words)
    return Change(
        record=record,
        raw_hash=raw_hash,
        content_hash=hashlib.blake2b("\0".join((pv, *sets)).encode(), digest_size=16).hexdigest(),
        sets=sets,
        oai_dc=oai_dc.fragment(record, words),
        pv=pv,
        about=oai.about(record, source.url, STAMP, words.licence(record.licence)),
        terms=[tuple(term) for term in mapped.terms],
        head=oai.header(oai.Header(record.id, STAMP, False, sets), node),
        marks=marks_of(record),
    )
