"""MARC 21 in ISO 2709, for libraries abroad and the Koha installations that chose it.

Standard: Library of Congress, *MARC 21 Format for Bibliographic Data*; content, media and carrier types of RDA with
their French terms. Text is UTF-8 (leader 9 ``a``); fields bear no ISBD punctuation (leader 18 ``c``). Concepts and
places are terms of a local vocabulary (``$2 local``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bridge.record import Entry, Record
from bridge.writers import catalogue, marc
from bridge.writers.catalogue import Name
from bridge.writers.feed import Feed, Words
from bridge.writers.languages import language_code
from bridge.writers.marc import Field, Format, Here, Notice, control

MEDIA_TYPE = "application/marc"
EXTENSION = "marc21.mrc"
TITLE = "MARC 21 (ISO 2709)"


class _Kind(NamedTuple):
    """Type of record (leader 6), columns 18-34 of 008 (``{}`` is the form of the item), content type of RDA."""

    record: str
    columns: str
    term: str
    code: str


_TEXT = _Kind("a", "|||| {}|||||||| ||", "texte", "txt")
_COMPUTER = "     {}  %s |      "
_VISUAL = "%s       |{}   %s"
_KINDS = {
    "Collection": _Kind("o", _VISUAL % ("nnn", "bn"), "autre", "xxx"),
    "Dataset": _Kind("m", _COMPUTER % "a", "jeu de données informatiques", "cod"),
    "Image": _Kind("k", _VISUAL % ("nnn", "in"), "image fixe", "sti"),
    "InteractiveResource": _Kind("m", _COMPUTER % "m", "programme informatique", "cop"),
    "MovingImage": _Kind("g", _VISUAL % ("---", "vu"), "image animée bidimensionnelle", "tdi"),
    "PhysicalObject": _Kind("r", _VISUAL % ("nnn", "rn"), "forme tridimensionnelle", "tdf"),
    "Service": _Kind("m", _COMPUTER % "j", "autre", "xxx"),
    "Software": _Kind("m", _COMPUTER % "b", "programme informatique", "cop"),
    "Sound": _Kind("i", "nnnn {}|||||||| n ", "parole énoncée", "spw"),
    "StillImage": _Kind("k", _VISUAL % ("nnn", "in"), "image fixe", "sti"),
}
_RELATORS = {
    "author": ("auteur", "aut"),
    "lead": ("porteur", "pdr"),
    "partner": ("partenaire", "ctb"),
    "funder": ("financeur", "fnd"),
}
_NUMBERS = {"isbn": ("020", "  "), "issn": ("022", "  "), "doi": ("024", "7 ")}
# Initial articles that titles are not sorted under.
_ARTICLES = {"fr": re.compile(r"(?:l['’]|(?:les?|la|une?|des) )", re.I), "en": re.compile(r"(?:the|an?) ", re.I)}


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """Every record, withdrawn ones with status ``d`` and their identifier alone."""
    return marc.iso2709(FORMAT, entries, feed)


def _draft(r: Record, words: Words, language: str, here: Here | None) -> Notice:
    kind = _KINDS.get(words.dcmi_type(r.type) if r.type else "", _TEXT)
    proper, rest = catalogue.title(r)
    statement = " ; ".join(filter(None, catalogue.responsibility(r)))
    publication = (*(("b", who.name) for who in r.publishers), ("c", catalogue.year_text(r)))
    licence, address = words.licence(r.licence)
    places = [name for _, name in catalogue.places(r, words)]
    form = words.label(r.type, language) if r.type else ""
    agency = (("a", words.source(r.source)), ("b", language_code(language)), ("c", here.node if here else ""))
    return Notice(
        _leader("n", kind.record),
        [
            control("001", r.id),
            *([control("003", here.node), control("005", here.instant)] if here else []),
            *([control("007", f"cr {'|' * 11}")] if catalogue.online(r) else []),
            control("008", _fixed(r, kind, here)),
            *(_number(identifier.scheme, identifier.value) for identifier in r.identifiers),
            Field("040", "  ", agency),
            Field("041", "  ", (("a", language_code(r.language) if r.language else ""),)),
            Field("245", f"0{_nonfiling(proper, r.language)}", (("a", proper), ("b", rest), ("c", statement))),
            Field("250", "  ", (("a", r.edition),)),
            Field("264", " 1", publication, "bc"),
            *_description(r, kind),
            *(Field("500", "  ", (("a", note),)) for note in catalogue.notes(r, words, language)),
            Field("520", "  ", (("a", r.abstract),)),
            Field("522", "  ", (("a", ", ".join(places)),)),
            Field("540", "  ", (("a", " – ".join(filter(None, (licence, r.attribution)))), ("u", address))),
            *(_term("650", label) for _, label in catalogue.subjects(r, words, language)),
            *(_term("651", name) for name in places),
            *(Field("653", "  ", (("a", keyword),)) for keyword in catalogue.keywords(r)),
            _term("655", form),
            *map(_name, catalogue.names(r)),
            Field("856", "40", (("u", r.url),)),
            *(
                Field("856", "40", (("u", document.url), ("q", document.media_type), ("z", document.title)))
                for document in r.documents
            ),
            Field("856", "42", (("u", here.page if here else ""), ("z", "Fiche dans le réseau"))),
        ],
    )


def _leader(status: str, kind: str) -> str:
    """A single document, described at a minimal level without punctuation."""
    return f"00000{status}{kind}m a22000007c 4500"


def _fixed(r: Record, kind: _Kind, here: Here | None) -> str:
    """Fixed-length data elements: 40 characters."""
    day = catalogue.entered(r, here.datestamp if here else "")[2:]
    first, last = catalogue.years(r)
    dates = f"m{first}{last}" if last else f"s{first}    " if first else "nuuuuuuuu"
    columns = kind.columns.format("o" if catalogue.online(r) else " ")
    return f"{day:6}{dates}xx {columns}{language_code(r.language)} d"


def _number(scheme: str, value: str) -> Field:
    tag, indicators = _NUMBERS.get(scheme, ("024", "8 "))
    return Field(tag, indicators, (("a", value), ("2", scheme if indicators == "7 " else "")))


def _nonfiling(title: str, language: str) -> int:
    """How many characters of the title its sorting passes over."""
    articles = _ARTICLES.get(language.partition("-")[0].lower() or "fr")
    found = articles.match(" ".join(title.split())) if articles else None
    return found.end() if found else 0


def _description(r: Record, kind: _Kind) -> list[Field]:
    """Extent, content, media and carrier; what is not online could be on anything."""
    content = Field("336", "  ", (("a", kind.term), ("b", kind.code), ("2", "rdacontent")))
    if not catalogue.online(r):
        return [content]
    return [
        Field("300", "  ", (("a", "1 ressource en ligne"),)),
        content,
        Field("337", "  ", (("a", "informatique"), ("b", "c"), ("2", "rdamedia"))),
        Field("338", "  ", (("a", "ressource en ligne"), ("b", "cr"), ("2", "rdacarrier"))),
    ]


def _term(tag: str, label: str) -> Field:
    return Field(tag, " 7", (("a", label), ("2", "local")))


def _name(who: Name) -> Field:
    """An added entry; 720 when the source does not say what kind of author it is."""
    terms = tuple(("e", _RELATORS[role][0]) for role in who.roles)
    codes = tuple(("4", _RELATORS[role][1]) for role in who.roles)
    if who.kind == "person":
        return Field("700", "1 " if "," in who.name else "0 ", (("a", who.name), *terms, *codes))
    if who.kind:
        return Field("710", "2 ", (("a", who.name), ("b", who.unit), *terms, *codes))
    return Field("720", "  ", (("a", who.name), *terms, *codes))


FORMAT = Format(_draft, _leader("d", "a"))
