"""A snapshot as ``oai.Repository``: all that is visible, or a selection; fragments that are stored, or written."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from bridge.oai import Header, Listed
from bridge.record import Record, from_json
from bridge.store import cache, ledger
from bridge.store.members import Member, Members

log = logging.getLogger("partageons")

_L, _C, _M = ledger.record.c, cache.record.c, ledger.member.c
JOINED = ledger.record.outerjoin(cache.record, _L.id == _C.id)
# A live record whose copy was wiped is not shown until the next harvest brings it back; a tombstone always is.
VISIBLE = or_(_L.status == "withdrawn", _C.id.is_not(None))
_CONTENTS = {"oai_dc": _C.oai_dc, "pv": _C.pv, "pivot": _C.pivot}
_NOTHING = literal(b"")
# A set this small is sorted for each page; a larger one is met often enough while the list of everything is followed.
_FEW = 1000
_CHUNK = 500


class Repository:
    """What is visible, as ``oai.Repository``.

    Args:
        name_set: what a person calls a set of the ledger.
        writers: what writes a record in a format, by prefix; ``oai_dc`` and ``pv`` are served as stored if not here. A
            record that a writer cannot write is told in the log and left out.
        members: the only records shown, those that are gone as deleted; None for all.
        selections: the members of a set that is a question, None for a set of the ledger.
    """

    def __init__(
        self,
        connection: Connection,
        name_set: Callable[[str], str],
        writers: Mapping[str, Callable[[Record], str]] = MappingProxyType({}),
        members: Members | None = None,
        selections: Callable[[str], Members | None] = lambda set_: None,
    ) -> None:
        self._connection = connection
        self._name_set = name_set
        self._writers = writers
        self._members = members
        self._selections = selections

    def earliest(self) -> str:
        if self._members is not None:
            return next((member.datestamp for member in self._members.page(1)), "")
        return self._connection.scalar(select(func.min(_L.datestamp)).select_from(JOINED).where(VISIBLE)) or ""

    def sets(self) -> Iterable[tuple[str, str]]:
        if self._members is None:
            specs = set(self._connection.scalars(select(_M.spec).distinct()))
        else:
            ids = [member.id for member in self._members.page(len(self._members))]
            chunks = [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
            found = (select(_M.spec).where(_M.record.in_(chunk)).distinct() for chunk in chunks)
            specs = {spec for query in found for spec in self._connection.scalars(query)}
        parents = {spec.partition(":")[0] for spec in specs}
        return [(spec, self._name_set(spec)) for spec in sorted(specs | parents)]

    def get(self, record_id: str, prefix: str) -> Listed | None:
        rows = self._connection.execute(self._select(prefix).where(_L.id == record_id)).all()
        if self._members is not None:
            same = [self._members.page(len(self._members), from_=row.datestamp, until=row.datestamp) for row in rows]
            rows = self._rows(prefix, [member for page in same for member in page if member.id == record_id])
        return next(iter(self._listed(prefix, rows)), None)

    def list(
        self, prefix: str, from_: str, until: str, set_: str, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Listed]:
        chosen, question = self._chosen(set_)
        few = chosen is None and self._is_small(set_)
        given: list[Listed] = []
        while (wanted := limit - len(given)) > 0:
            places: Sequence[Any]
            if chosen is not None:
                places = chosen.page(wanted, after, from_, until)
            else:
                query, asked = _within(_few(set_) if few else self._select(prefix, set_), from_, until, after)
                places = self._connection.execute(_page(query), asked | {"size": wanted}).all()
            rows = places if chosen is None and not few else self._rows(prefix, places)
            listed = self._listed(prefix, rows, (set_,) if question else ())
            given += [one for one in listed if one.metadata or one.header.deleted or not prefix]
            if len(places) < wanted:
                break
            after = places[-1].datestamp, places[-1].id
        return given

    def count(self, from_: str, until: str, set_: str) -> int:
        chosen, _ = self._chosen(set_)
        if chosen is not None:
            return chosen.count(from_, until)
        query = _few(set_) if self._is_small(set_) else self._select("", set_)
        counted, asked = _within(query.with_only_columns(func.count()), from_, until)
        return int(self._connection.scalar(counted, asked) or 0)

    def _chosen(self, set_: str) -> tuple[Members | None, bool]:
        """The members that are asked for, None where the database tells them; and whether they answer a question."""
        if not set_:
            return self._members, False
        asked = self._selections(set_)
        if asked is not None or self._members is None:
            return asked, asked is not None
        query = select(_M.record, func.max(cast(_M.present, Integer))).where(_spec(set_)).group_by(_M.record)
        present = {id: bool(now) for id, now in self._connection.execute(query)}
        rows = (row for row in self._members.page(len(self._members)) if row.id in present)
        return Members(Member(row.datestamp, row.id, row.gone or not present[row.id]) for row in rows), False

    def _is_small(self, set_: str) -> bool:
        """Whether a set had better be read whole than met by following the list of everything."""
        if ":" not in set_:
            return False
        some = select(_M.record).where(_M.spec == set_).limit(_FEW + 1).subquery()
        return int(self._connection.scalar(select(func.count()).select_from(some)) or 0) <= _FEW

    def _select(self, prefix: str, set_: str = "") -> Select[Any]:
        return _select("pivot" if prefix in self._writers else prefix, set_)

    def _rows(self, prefix: str, members: Sequence[Any]) -> Sequence[Any]:
        """What ``_select`` gives, for these members, in their order."""
        query = self._select(prefix).where(_L.id.in_([member.id for member in members]))
        found = {row[0]: row for row in self._connection.execute(query)} if members else {}
        return [(*found[m.id][:3], not m.gone, *found[m.id][4:]) for m in members if m.id in found]

    def _listed(self, prefix: str, rows: Sequence[Any], also: tuple[str, ...] = ()) -> Sequence[Listed]:
        """``also``: the set that was asked for, where the ledger does not know it."""
        specs: dict[str, tuple[str, ...]] = {}
        if ids := [row[0] for row in rows if also or not _has_head(row)]:
            found = select(_M.record, _M.spec).where(_M.record.in_(ids), _M.present).order_by(_M.record, _M.spec)
            for record_id, spec in self._connection.execute(found):
                specs[record_id] = (*specs.get(record_id, ()), spec)
        out = []
        for row in rows:
            record_id, datestamp, status, present, content, about, head = row
            if status == "withdrawn" or not present:
                out.append(Listed(Header(record_id, datestamp, True, specs.get(record_id, ()))))
            else:
                header = Header(record_id, datestamp, False, specs.get(record_id, ()) + also)
                metadata = self._written(prefix, record_id, content) if prefix in self._writers else content
                out.append(Listed(header, metadata, about, b"" if also else head))
        return out

    def _written(self, prefix: str, record_id: str, pivot: str) -> bytes:
        """The fragment; empty when it cannot be written."""
        try:
            return self._writers[prefix](from_json(orjson.loads(pivot))).encode()
        except Exception:  # a fault of ours, or another package's writer: it costs that record only
            log.exception("%s: cannot be written as %s", record_id, prefix)
            return b""


def _has_head(row: Any) -> bool:
    """Whether a row of ``_select`` needs no other to be given: it is live, and its header is kept."""
    return bool(row[2] == "live" and row[3] and row[6])


# Statements come back at each page, and building one costs as much as running it: the last ones are remembered.


@lru_cache(256)
def _select(content: str, set_: str) -> Select[Any]:
    """The records, of a set or of all, with what ``_CONTENTS`` calls so."""
    about = _C.about if content else _NOTHING
    found = and_(_M.record == _L.id, _spec(set_))
    # In a set itself a record is, or was, but once: only sets of sets need the greatest of several.
    being = cast(_M.present, Integer) if ":" in set_ else func.max(cast(_M.present, Integer))
    present = select(being).where(found).scalar_subquery() if set_ else literal(1)
    columns = (_L.id, _L.datestamp, _L.status, present, _CONTENTS.get(content, _NOTHING), about, _C.head)
    query = select(*columns).select_from(JOINED).where(VISIBLE)
    return query.where(exists().where(found)) if set_ else query


@lru_cache(256)
def _few(set_: str) -> Select[Any]:
    """The members of a small set."""
    joined = ledger.member.join(ledger.record, _M.record == _L.id).outerjoin(cache.record, _L.id == _C.id)
    gone = (~_M.present).label("gone")
    return select(_L.datestamp, _L.id, gone).select_from(joined).where(_M.spec == set_, VISIBLE)


def _within(
    query: Select[Any], from_: str, until: str, after: tuple[str, str] | None = None
) -> tuple[Select[Any], dict[str, Any]]:
    """The statement and its parameters. Bounds are inclusive; ``after`` is a place (datestamp, id), excluded."""
    asked = {"last": until} if until else {}
    if after is not None:
        # The first bound is before that place: with both, SQLite would read again all that is between.
        from_, (asked["at"], asked["after_id"]) = "", after
    elif from_:
        asked["first"] = from_
    return _bounded(query, bool(from_), bool(until), after is not None), asked


@lru_cache(256)
def _bounded(query: Select[Any], first: bool, last: bool, after: bool) -> Select[Any]:
    if first:
        query = query.where(_L.datestamp >= bindparam("first"))
    if last:
        query = query.where(_L.datestamp <= bindparam("last"))
    place = tuple_(bindparam("at", type_=String), bindparam("after_id", type_=String))
    return query.where(tuple_(_L.datestamp, _L.id) > place) if after else query


@lru_cache(256)
def _page(query: Select[Any]) -> Select[Any]:
    return query.order_by(_L.datestamp, _L.id).limit(bindparam("size"))


def _spec(set_: str) -> Any:
    """A set, or any set below a parent (``theme`` holds every ``theme:…``)."""
    return _M.spec == set_ if ":" in set_ else _M.spec.startswith(set_ + ":", autoescape=True)
