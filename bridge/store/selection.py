"""A question and filters -> queries of the index. Only query objects are built: nothing a person types is syntax."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Literal, NamedTuple

import tantivy
from tantivy import FieldType, Occur

from bridge.store.fields import FACETS, SCHEMA, UNDATED
from bridge.store.tokens import Question, ask, forms, stem

DEEPEST = 10_000
"""No page goes further: who wants everything takes a feed."""

_BUCKETS = 60_000  # more values than all facets have together: with fewer buckets, counts would be approximate
# Far above what BM25 gives (25 a term, in a million records): a record with the word itself always comes before one
# with its other number or a compound, and that one before mere words of the same stem: « mares », « mare », « marais ».
_ITSELF = 200.0
_NEARLY = 100.0
_IN_TITLE = 3.0
_FINEST = 0.05  # with finer squares there could be more of them than tantivy counts
_STRIPS = 24
_KM_PER_DEGREE = 111.195


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of the index.

    Attributes:
        text: any text; empty for everything (``pertinence`` is then ``recent``).
        filters: values of ``FACETS``; OR inside a facet, AND between facets.
        bbox: west, south, east, north in degrees WGS84; west > east crosses the antimeridian.
        sort: by score, newest first (those of one instant mixed, always alike), or by title; equal ones by newest
            (titles: by id), then by id.
        facets: whether to count them.
        near: longitude, latitude, kilometres: a circle, never too small, at most a few hundredths too wide.
        within: values of ``FACETS`` that hold whatever the filters, and that facets are not counted without.
        without: values of ``FACETS``, of ``node`` or of ``id`` that no record may have.
        ids: the only ids that may be found; empty for any.
        since: the first day (``YYYY-MM-DD``) of the work, when it is known; empty for any.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bbox: tuple[float, float, float, float] | None = None
    sort: Literal["pertinence", "recent", "titre"] = "pertinence"
    limit: int = 20
    offset: int = 0
    facets: bool = True
    near: tuple[float, float, float] | None = None
    within: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    since: str = ""


class Cluster(NamedTuple):
    """Records near each other on a map: their mean position (degrees WGS84) and how many they are."""

    lon: float
    lat: float
    size: int


class _Sort(NamedTuple):
    order: dict[str, Any]  # how tantivy ranks: by score, or by a numeric field
    key: str  # the stored field that decides between equal ranks: what is compared, a tab, the id


_SORTS = {
    "pertinence": _Sort({}, "newest"),
    "recent": _Sort({"order_by_field": "instant", "order": tantivy.Order.Desc}, "newest"),
    "titre": _Sort({"order_by_field": "initial", "order": tantivy.Order.Asc}, "alphabetic"),
}


class Selection:
    """A query ready to be run on one state of the index.

    ``relaxed``: no record has all the words of the text, most of them suffice.

    Raises:
        KeyError: a filter is not one of ``FACETS``, or the sort is unknown.
    """

    def __init__(self, searcher: tantivy.Searcher, query: Query) -> None:
        if unknown := (query.filters.keys() | query.within.keys()) - FACETS.keys():
            raise KeyError(*sorted(unknown))
        question = ask(query.text)
        # Words too long to be indexed are in no record; signs alone ask for nothing.
        absent = not any(question) and any(map(str.isalnum, query.text))
        text = tantivy.Query.empty_query() if absent else _text(question)
        self.relaxed = len(question.words) > 1 and not searcher.search(text, 1, count=False).hits
        if self.relaxed:
            text = _text(question, relaxed=True)
        scored = question.words or question.phrases
        self._sort = _SORTS[query.sort if scored or query.sort != "pertinence" else "recent"]
        self._start = max(query.offset, 0)
        # A list may be taken whole from its beginning; leafing through it has an end.
        deepest = searcher.num_docs if self._start == 0 else DEEPEST
        self._end = min(self._start + max(query.limit, 0), deepest)
        self._searcher = searcher
        self._filters = {name: _silent(_among(name, values)) for name, values in query.filters.items() if values}
        self._always = [text]
        if query.bbox:
            self._always.append(_silent(_box(*query.bbox)))
        if query.near:
            self._always.append(_silent(_circle(*query.near)))
        self._always += [_silent(_among(name, values)) for name, values in query.within.items() if values]
        if query.ids:
            self._always.append(_silent(_among("id", query.ids)))
        if query.since:
            first = int(query.since.replace("-", ""))
            self._always.append(_silent(tantivy.Query.range_query(SCHEMA, "day", FieldType.Unsigned, first, UNDATED)))
        if refused := [_among(name, values) for name, values in query.without.items() if values]:
            self._always = [_but(_every(self._always), refused)]

    def page(self) -> tuple[int, tuple[str, ...]]:
        """How many records match, and the ids of one page of them; equal ones are never in the order of the disk."""
        query = self._query()
        size = self._end + 1 if self._start < self._end else 1
        found: Any = self._searcher.search(query, size, **self._sort.order)
        total: int = found.count
        start, end = self._start, min(self._end, total)
        if start >= end:
            return total, ()
        hits = found.hits
        # Equal ranks come in the order of the segments: those that cross an end of the page are all needed.
        while len(hits) < total and hits[-1][0] == hits[end - 1][0]:
            size *= 8
            hits = self._searcher.search(query, size, count=False, **self._sort.order).hits
        ranks = [rank for rank, _ in hits]
        first = ranks.index(ranks[start])
        keys: list[bytes] = []
        equals = groupby(hits[first:], itemgetter(0))
        while first + len(keys) < end:
            keys += sorted(self._key(address, self._sort.key) for _, address in next(equals)[1])
        return total, tuple(map(_id, keys[start - first : end - first]))

    def counts(self) -> dict[str, list[tuple[str, int]]]:
        """One pass over the records for all the facets without a selection, one more for each of the others."""
        free = [name for name in FACETS if name not in self._filters]
        found = self._searcher.aggregate(self._query(), {name: _terms(name) for name in free})
        for name in self._filters:
            found |= self._searcher.aggregate(self._query(but=name), {name: _terms(name)})
        counts = {}
        for name in FACETS:
            pairs = sorted((bucket["key"], bucket["doc_count"]) for bucket in found[name]["buckets"])
            counts[name] = sorted(pairs, key=itemgetter(1), reverse=True)
        return counts

    def points(self, limit: int) -> list[tuple[str, float, float]]:
        """Id, longitude, latitude of the newest ``limit`` records that have a position, ordered by id."""
        hits = self._searcher.search(
            self._query(located=True), max(limit, 1), count=False, **_SORTS["recent"].order
        ).hits
        addresses = [address for _, address in hits]
        lons: list[Any] = self._searcher.fast_field_values("lon", addresses)
        lats: list[Any] = self._searcher.fast_field_values("lat", addresses)
        ids = [_id(self._key(address, "newest")) for address in addresses]
        return sorted(zip(ids, lons, lats, strict=True))

    def clusters(self, cell: float) -> list[Cluster]:
        """Records that have a position, gathered in squares of ``cell`` degrees, 0.05 at least."""
        cell = max(cell, _FINEST)
        means = {axis: {"avg": {"field": axis}} for axis in ("lon", "lat")}
        rows = {"histogram": {"field": "lat", "interval": cell, "min_doc_count": 1}, "aggs": means}
        columns = {"histogram": {"field": "lon", "interval": cell, "min_doc_count": 1}, "aggs": {"rows": rows}}
        found = self._searcher.aggregate(self._query(located=True), {"columns": columns})
        return [
            Cluster(square["lon"]["value"], square["lat"]["value"], square["doc_count"])
            for column in found["columns"]["buckets"]
            for square in column["rows"]["buckets"]
        ]

    def _query(self, but: str = "", located: bool = False) -> tantivy.Query:
        """All the conditions, except the filter of one facet; only records with a position when ``located``."""
        parts = [*self._always, *(each for name, each in self._filters.items() if name != but)]
        if located:
            parts.append(_silent(tantivy.Query.exists_query("lon")))
        return _every(parts)

    def _key(self, address: tantivy.DocAddress, name: str) -> bytes:
        key: Any = self._searcher.doc(address).get_first(name)
        return bytes(key)


def _id(key: bytes) -> str:
    return key.partition(b"\t")[2].decode()


def _terms(name: str) -> dict[str, Any]:
    return {"terms": {"field": name, "size": _BUCKETS, "segment_size": _BUCKETS}}


def _every(parts: list[tantivy.Query]) -> tantivy.Query:
    return parts[0] if len(parts) == 1 else tantivy.Query.boolean_query([(Occur.Must, part) for part in parts])


def _any(parts: list[tantivy.Query], at_least: int = 1) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Should, part) for part in parts], at_least)


def _but(query: tantivy.Query, refused: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Must, query), *((Occur.MustNot, each) for each in refused)])


def _among(name: str, values: Sequence[str]) -> tantivy.Query:
    return tantivy.Query.term_set_query(SCHEMA, name, list(values))


def _silent(query: tantivy.Query) -> tantivy.Query:
    """The same records, without a word about their rank."""
    return tantivy.Query.const_score_query(query, 0.0)


def _text(question: Question, relaxed: bool = False) -> tantivy.Query:
    joined = ["", *map("".join, pairwise(question.words)), ""]
    words = [_word(*each) for each in zip(question.words, joined, joined[1:], strict=False)]
    if relaxed:
        words = [_any(words, (len(words) + 1) // 2)]
    parts = words + [_phrase(phrase) for phrase in question.phrases]
    refused = [_refused(phrase) for phrase in question.without]
    wanted = _every(parts or [tantivy.Query.all_query()])
    return _but(wanted, refused) if refused else wanted


def _word(word: str, before: str, after: str) -> tantivy.Query:
    """One word: itself, its stem, or the compound it makes with the word before or after."""
    compounds = [joined for joined in (before, after) if joined]
    itself = _term("exact", word)
    nearly = _among("exact", [*forms(word), *compounds])
    return _any(
        [
            tantivy.Query.const_score_query(itself, _ITSELF),
            tantivy.Query.const_score_query(nearly, _NEARLY),
            itself,
            tantivy.Query.boost_query(_term("title", word), _IN_TITLE),
            *(_term("stem", stem(each)) for each in (word, *compounds)),
        ]
    )


def _phrase(words: tuple[str, ...]) -> tantivy.Query:
    """These words in this order, or the compound they make."""
    if len(words) == 1:
        return _term("exact", words[0])
    return _any([tantivy.Query.phrase_query(SCHEMA, "exact", list(words)), _term("exact", "".join(words))])


def _refused(words: tuple[str, ...]) -> tantivy.Query:
    if len(words) == 1:
        return _among("exact", [*words, *forms(words[0])])
    return _phrase(words)


def _term(name: str, word: str) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, name, word, "freq")


def _range(axis: str, low: float, high: float) -> tantivy.Query:
    return tantivy.Query.range_query(SCHEMA, axis, FieldType.Float, float(low), float(high))


def _box(west: float, south: float, east: float, north: float) -> tantivy.Query:
    if west <= east:
        across = _range("lon", west, east)
    else:
        across = _any([_range("lon", west, 180.0), _range("lon", -180.0, east)])
    return _every([across, _range("lat", south, north)])


def _circle(lon: float, lat: float, km: float) -> tantivy.Query:
    """Everything within ``km`` of a point, as strips of latitude, each as wide as the circle is at its widest there."""
    lat = max(-90.0, min(90.0, lat))
    radius = min(max(km, 0.0) / _KM_PER_DEGREE, 180.0)
    edges = [max(-90.0, min(90.0, lat + radius * (2 * step / _STRIPS - 1))) for step in range(_STRIPS + 1)]
    strips = []
    for south, north in pairwise(edges):
        width = max(_half_width(lat, edge, radius) for edge in (south, north))
        west, east = (-180.0, 180.0) if width >= 180 else (_wrap(lon - width), _wrap(lon + width))
        strips.append(_box(west, south, east, north))
    return _any(strips)


def _half_width(lat: float, edge: float, radius: float) -> float:
    """Degrees of longitude between the centre of a circle and its border, at the latitude ``edge``."""
    centre, at = math.radians(lat), math.radians(edge)
    across = math.cos(centre) * math.cos(at)
    cosine = (math.cos(math.radians(radius)) - math.sin(centre) * math.sin(at)) / across if across > 1e-9 else -1.0
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def _wrap(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0
