"""Which records may resemble what somebody is writing: found in the index, judged by ``bridge.meaning.similarity``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import tantivy
from tantivy import Occur

from bridge.meaning.similarity import Draft, Likeness, compare, weight
from bridge.meaning.text import fold
from bridge.record import Entry
from bridge.store.fields import SCHEMA
from bridge.store.tokens import EXACT, forms

_CANDIDATES = 40
_OF_A_SITE = 40
_MOST_WORDS = 16  # of a title; a longer one is a text
_SHORT = 3  # letters of a word of a file name that tells nothing


class Similar(NamedTuple):
    """A record that resembles a draft, and how much."""

    entry: Entry
    likeness: Likeness


Read = Callable[[Sequence[str]], Sequence[Entry]]


def similar(
    searcher: tantivy.Searcher, draft: Draft, read: Read, limit: int, without: Collection[str] = ()
) -> list[Similar]:
    """The records that most resemble a draft, the likeliest first; those that share nothing telling are not given.

    Args:
        read: gives the live records of ids.
        without: sources and ids of records that are not wanted.
    """
    folded = {root: fold(word) for root, word in [*draft.words.items()][:_MOST_WORDS]}
    weights = _weights(searcher, folded)
    ids = dict.fromkeys(_found(searcher, _by_words(draft, folded, weights), _CANDIDATES, without))
    # Addresses are not in the index, but their sites are, and the words of an address are often those of a title.
    if sites := {address.partition("/")[0] for address in draft.addresses}:
        ids |= dict.fromkeys(_found(searcher, _of_sites(draft, sorted(sites)), _OF_A_SITE, without))
    judged = [Similar(entry, compare(draft, entry.record, weights)) for entry in read(list(ids)) if entry.record]
    likely = [each for each in judged if each.likeness.score]
    return sorted(likely, key=lambda each: (-each.likeness.score, each.entry.id))[:limit]


def _weights(searcher: tantivy.Searcher, folded: Mapping[str, str]) -> dict[str, float]:
    """How much each word of a title tells; those of no title are left out."""
    found = {}
    for root, word in folded.items():
        having = sum(searcher.doc_freq("title", form) for form in (word, *forms(word)))
        if having:
            found[root] = weight(searcher.num_docs, having)
    return found


def _by_words(draft: Draft, folded: Mapping[str, str], weights: Mapping[str, float]) -> list[tantivy.Query]:
    """Titles with the same words, each counting for what it tells; and texts with the same identifiers."""
    queries = []
    for root, tells in weights.items():
        itself = [(Occur.Should, _term("title", form)) for form in (folded[root], *forms(folded[root]))]
        queries.append(tantivy.Query.const_score_query(tantivy.Query.boolean_query(itself), tells))
    best = sum(weights.values()) + 1
    for identifier in draft.identifiers:
        queries.append(tantivy.Query.const_score_query(_phrase("exact", EXACT.analyze(fold(identifier))), best))
    for file in draft.files:  # what is called so is often titled so
        queries += [_term("title", word) for word in EXACT.analyze(fold(file)) if len(word) > _SHORT]
    return queries


def _of_sites(draft: Draft, sites: Sequence[str]) -> list[tantivy.Query]:
    paths = " ".join(address.partition("/")[2] for address in draft.addresses)
    at_home = tantivy.Query.const_score_query(tantivy.Query.term_set_query(SCHEMA, "node", list(sites)), 1.0)
    named = [(Occur.Should, _term("title", word)) for word in EXACT.analyze(fold(paths))[:_MOST_WORDS]]
    return [tantivy.Query.boolean_query([(Occur.Must, at_home), *named])]


def _found(
    searcher: tantivy.Searcher, wanted: Sequence[tantivy.Query], limit: int, without: Collection[str]
) -> list[str]:
    if not wanted:
        return []
    any_of = tantivy.Query.boolean_query([(Occur.Should, each) for each in wanted])
    parts = [(Occur.Must, any_of)]
    for name in ("source", "id") if without else ():
        parts.append((Occur.MustNot, tantivy.Query.term_set_query(SCHEMA, name, list(without))))
    hits: Any = searcher.search(tantivy.Query.boolean_query(parts), limit, count=False).hits
    return [_id(searcher, address) for _, address in hits]


def _id(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> str:
    key: Any = searcher.doc(address).get_first("newest")
    return bytes(key).partition(b"\t")[2].decode()


def _term(name: str, word: str) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, name, word, "freq")


def _phrase(name: str, words: Sequence[str]) -> tantivy.Query:
    return tantivy.Query.phrase_query(SCHEMA, name, list(words)) if len(words) > 1 else _term(name, words[0])
