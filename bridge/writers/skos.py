"""The vocabulary as SKOS, in Turtle and in JSON-LD (https://www.w3.org/TR/skos-reference/). It is no list of records:
these are functions, not a writer."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.meaning.concepts import Concept, Scheme, Vocabulary
from bridge.writers import rdf
from bridge.writers.rdf import Node, addresses, texts
from bridge.writers.stream import encode

TURTLE_TYPE = "text/turtle; charset=utf-8"
JSON_LD_TYPE = "application/ld+json"

UNDECIDED = "EXEMPLE"
"""In the base of a vocabulary whose addresses nobody has chosen yet."""
_SDG = "http://metadata.un.org/sdg/"


def base(vocabulary: Vocabulary, home: str) -> str:
    """What the addresses of concepts begin with: the vocabulary's own base; until it is chosen, its page here.

    Args:
        home: the root of the showcase, absolute, with its final slash.
    """
    chosen = vocabulary.about.get("base", UNDECIDED)
    return f"{home}vocabulaire#" if UNDECIDED in chosen else chosen


def turtle(vocabulary: Vocabulary, base: str) -> Iterator[bytes]:
    """The vocabulary in Turtle."""
    return encode(rdf.turtle(_graph(vocabulary, base)))


def json_ld(vocabulary: Vocabulary, base: str) -> Iterator[bytes]:
    """The vocabulary in JSON-LD."""
    return encode(rdf.json_ld(_graph(vocabulary, base)))


def _graph(vocabulary: Vocabulary, base: str) -> Iterator[Node]:
    """Each scheme, then its concepts."""
    for scheme in vocabulary.schemes:
        concepts = vocabulary.concepts(scheme.id)
        yield _scheme(scheme, vocabulary, base)
        for concept in concepts:
            yield _concept(concept, [each.id for each in concepts if each.broader == concept.id], base)


def _scheme(scheme: Scheme, vocabulary: Vocabulary, base: str) -> Node:
    about = vocabulary.about
    licence = next((each.url for each in vocabulary.licences if each.code == about.get("licence")), None)
    tops = [base + concept.id for concept in vocabulary.concepts(scheme.id) if not concept.broader]
    return Node(
        "skos:ConceptScheme",
        {
            "dcterms:title": _labels(scheme.fr, scheme.en),
            "skos:prefLabel": _labels(scheme.fr, scheme.en),
            "dcterms:description": texts(about.get("fr", ""), language="fr"),
            "dcterms:license": addresses(licence or ""),
            "owl:versionInfo": texts(about.get("version", "")),
            "skos:hasTopConcept": addresses(*tops),
        },
        base + scheme.id,
    )


def _concept(concept: Concept, narrower: list[str], base: str) -> Node:
    scheme = base + concept.scheme
    # A label is the preferred one or another one, never both (S13).
    others = [label for label in concept.alt if label != concept.fr]
    return Node(
        "skos:Concept",
        {
            "skos:prefLabel": _labels(concept.fr, concept.en),
            "skos:altLabel": texts(*others, language="fr"),
            "skos:notation": texts(concept.id),
            "skos:inScheme": addresses(scheme),
            "skos:topConceptOf": addresses("" if concept.broader else scheme),
            "skos:broader": addresses(base + concept.broader if concept.broader else ""),
            "skos:narrower": addresses(*[base + each for each in narrower]),
            "skos:exactMatch": addresses(*concept.match.get("exactMatch", ())),
            "skos:closeMatch": addresses(*concept.match.get("closeMatch", ())),
            "skos:relatedMatch": addresses(*[f"{_SDG}{goal}" for goal in concept.match.get("odd", ())]),
        },
        base + concept.id,
    )


def _labels(french: str, english: str) -> list[rdf.Text]:
    return [*texts(french, language="fr"), *texts(english, language="en")]
