"""``/vocabulaire``: the words that all resources are described with, as a page and as SKOS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import Blueprint, Response, render_template

from bridge.meaning.concepts import Concept, Scheme
from bridge.record import SCHEMES
from bridge.store.search import FACETS, Query
from bridge.web.current import collective, home
from bridge.writers import skos

blueprint = Blueprint("vocabulary", __name__)

_GEMET = "/gemet/concept/"


class Term(NamedTuple):
    """A concept as it is read: ``size`` is how many resources have it or one below; ``exact`` and ``close`` are
    addresses of GEMET concepts; ``below`` its narrower concepts."""

    concept: Concept
    size: int
    exact: tuple[str, ...]
    close: tuple[str, ...]
    below: tuple[Term, ...]


class Chapter(NamedTuple):
    """A scheme as it is read: ``facet`` is the parameter that narrows a search to one of its concepts, or empty."""

    scheme: Scheme
    facet: str
    terms: tuple[Term, ...]


@blueprint.get("/vocabulaire")
def vocabulary() -> str:
    """Every scheme and its concepts, each at the anchor that its address ends with."""
    counts = collective.index.search(Query(limit=0)).facets
    chapters = [_chapter(scheme, counts) for scheme in collective.vocabulary.schemes]
    order = [*FACETS, ""]
    return render_template(
        "vocabulary.html",
        chapters=sorted(chapters, key=lambda chapter: order.index(chapter.facet)),
        about=collective.vocabulary.about,
        base=skos.base(collective.vocabulary, home()),
    )


@blueprint.get("/vocabulaire.ttl")
def turtle() -> Response:
    """The vocabulary in Turtle."""
    return _document(skos.turtle(collective.vocabulary, skos.base(collective.vocabulary, home())), skos.TURTLE_TYPE)


@blueprint.get("/vocabulaire.jsonld")
def json_ld() -> Response:
    """The vocabulary in JSON-LD."""
    return _document(skos.json_ld(collective.vocabulary, skos.base(collective.vocabulary, home())), skos.JSON_LD_TYPE)


@blueprint.after_request
def _public(response: Response) -> Response:
    """The page changes with the store, the documents with the vocabulary: both may be kept until then."""
    if response.status_code == 200:
        response.headers["Cache-Control"] = "public, no-cache"
    return response


def _document(pieces: Iterator[bytes], media_type: str) -> Response:
    return Response(pieces, content_type=media_type, headers={"Access-Control-Allow-Origin": "*"})


def _chapter(scheme: Scheme, counts: dict[str, list[tuple[str, int]]]) -> Chapter:
    facet = next((key for key, each in FACETS.items() if SCHEMES.get(each.field) == scheme.id), "")
    sizes = dict(counts.get(facet, ()))
    return Chapter(scheme, facet, _terms("", collective.vocabulary.concepts(scheme.id), sizes))


def _terms(parent: str, concepts: tuple[Concept, ...], sizes: dict[str, int]) -> tuple[Term, ...]:
    """The concepts right under one, or at the top, each with those under it."""
    return tuple(
        Term(
            concept,
            sizes.get(concept.id, 0),
            _gemet(concept, "exactMatch"),
            _gemet(concept, "closeMatch"),
            _terms(concept.id, concepts, sizes),
        )
        for concept in concepts
        if concept.broader == parent
    )


def _gemet(concept: Concept, match: str) -> tuple[str, ...]:
    return tuple(address for address in concept.match.get(match, ()) if _GEMET in address)
