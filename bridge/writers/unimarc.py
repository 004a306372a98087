"""UNIMARC in ISO 2709, for PMB and Koha as French libraries run them.

Standard: IFLA, *UNIMARC Manual – Bibliographic Format* (3rd edition, updates 2012 and 2016) and its French translation
by the Comité français UNIMARC. Text is UTF-8: 100 ``$a``/26-29 says so (``50``), position 9 of the leader stays blank.
Where the manual leaves a choice, what PMB 8 (``admin/import/import_func.inc.php``) and Koha read decides:

- publication is in 210: both read it in every version, the newer 214 only lately;
- notes are in 300: of the block PMB keeps 300, 327 and 330 alone, Koha shows all. Rights are there too, and in 371,
  their place by the manual (310 is for binding and availability);
- a text that is only online is an electronic resource (leader ``l``), not PMB's « texte imprimé »; with an ISBN or an
  ISSN, it is a text (``a``) whose 106 says that it is electronic;
- an author of unknown kind is a corporate body: no library reads 730, where such names go;
- PMB shows the first 856: the resource's own page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bridge.record import Entry, Record
from bridge.writers import catalogue, marc
from bridge.writers.catalogue import Name
from bridge.writers.feed import Feed, Words, rights
from bridge.writers.languages import language_code
from bridge.writers.marc import Field, Format, Here, Notice, coded, control

MEDIA_TYPE = "application/marc"
EXTENSION = "unimarc.mrc"
TITLE = "UNIMARC (ISO 2709)"

# DCMI type -> type of record (leader 6), type of electronic resource (135 $a/0). All others are texts.
_KINDS = {
    "Collection": ("m", "v"),
    "Dataset": ("l", "a"),
    "Image": ("k", "c"),
    "InteractiveResource": ("l", "i"),
    "MovingImage": ("g", "c"),
    "PhysicalObject": ("r", "u"),
    "Service": ("l", "j"),
    "Software": ("l", "b"),
    "Sound": ("i", "h"),
    "StillImage": ("k", "c"),
}
_RELATORS = {"author": "070", "lead": "637", "partner": "205", "funder": "723"}
_NUMBERS = {"isbn": ("010", "  "), "issn": ("011", "  "), "doi": ("017", "70")}
_VOCABULARY = "partageonsvert"
_GEOGRAPHY = "cog"


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """Every record, withdrawn ones with status ``d`` and their identifier alone."""
    return marc.iso2709(FORMAT, entries, feed)


def _draft(r: Record, words: Words, language: str, here: Here | None) -> Notice:
    kind, electronic = _kind(r, words)
    first_statement, second_statement = catalogue.responsibility(r)
    proper, rest = catalogue.title(r)
    publication = (*(("c", who.name) for who in r.publishers), ("d", catalogue.year_text(r)))
    form = (("3", r.type), ("a", words.label(r.type, language)), ("2", _VOCABULARY)) if r.type else ()
    return Notice(
        _leader("n", kind),
        [
            control("001", r.id),
            *_version(here),
            *(_number(identifier.scheme, identifier.value) for identifier in r.identifiers),
            coded("100", _processing(r, language, here)),
            Field("101", "0 ", (("a", language_code(r.language) if r.language else ""),)),
            *([coded("106", "s")] if kind == "a" and catalogue.online(r) else []),
            *([coded("135", f"{electronic}r{'|' * 11}")] if catalogue.online(r) else []),
            Field("200", "1 ", (("a", proper), ("e", rest), ("f", first_statement), ("g", second_statement))),
            Field("205", "  ", (("a", r.edition),)),
            Field("210", "  ", publication, "cd"),
            *(Field("300", "  ", (("a", note),)) for note in catalogue.notes(r, words, language)),
            Field("300", "  ", (("a", f"Conditions d'utilisation : {rights(r, words)}"),)),
            Field("330", "  ", (("a", r.abstract),)),
            Field("371", "  ", (("a", rights(r, words)),)),
            *(
                _subject("606", "0 ", concept, label, _VOCABULARY)
                for concept, label in catalogue.subjects(r, words, language)
            ),
            *(_subject("607", "  ", code, name, _GEOGRAPHY) for code, name in catalogue.places(r, words)),
            Field("608", "  ", form),
            *(Field("610", "0 ", (("a", keyword),)) for keyword in catalogue.keywords(r)),
            *_names(catalogue.names(r)),
            *_sources(r, words, here),
            Field("856", "4 ", (("u", r.url),)),
            *(
                Field("856", "4 ", (("u", document.url), ("q", document.media_type), ("z", document.title)))
                for document in r.documents
            ),
        ],
    )


def _kind(r: Record, words: Words) -> tuple[str, str]:
    dcmi = words.dcmi_type(r.type) if r.type else ""
    published = any(identifier.scheme in ("isbn", "issn") for identifier in r.identifiers)
    return _KINDS.get(dcmi, ("a" if published or not catalogue.online(r) else "l", "d"))


def _leader(status: str, kind: str) -> str:
    """A single document, known from a description of it, partly in ISBD."""
    return f"00000{status}{kind}m0 22000001i 4500"


def _version(here: Here | None) -> list[Field]:
    return [control("003", here.page), control("005", here.instant)] if here else []


def _number(scheme: str, value: str) -> Field:
    tag, indicators = _NUMBERS.get(scheme, ("017", "80"))
    return Field(tag, indicators, (("a", value), ("2", scheme if indicators == "70" else "")))


def _processing(r: Record, language: str, here: Here | None) -> str:
    """General processing data: 36 characters."""
    first, last = catalogue.years(r)
    kind = "g" if last else "d" if first else "u"
    day = catalogue.entered(r, here.datestamp if here else "")
    return f"{day:8}{kind}{first:4}{last:4}u  u0{language_code(language)}y50      ba"


def _subject(tag: str, indicators: str, code: str, label: str, vocabulary: str) -> Field:
    return Field(tag, indicators, (("3", code), ("a", label), ("2", vocabulary if code else "")))


def _names(found: list[Name]) -> Iterator[Field]:
    """The first bears the primary responsibility, as one only may."""
    for place, who in enumerate(found):
        rank = "2" if who.secondary else "1" if place else "0"
        roles = tuple(("4", _RELATORS[role]) for role in who.roles)
        if who.kind != "person":
            yield Field(f"71{rank}", "02", (("a", who.name), ("b", who.unit), *roles))
        elif "," in who.name:
            family, _, given = who.name.partition(",")
            yield Field(f"70{rank}", " 1", (("a", family), ("b", given), *roles))
        else:
            yield Field(f"70{rank}", " 0", (("a", who.name), *roles))


def _sources(r: Record, words: Words, here: Here | None) -> Iterator[Field]:
    """Who made the record, and who hands it on."""
    made = (r.modified or r.created)[:10].replace("-", "")
    yield Field("801", " 0", (("a", "FR"), ("b", words.source(r.source)), ("c", made)))
    if here:
        yield Field("801", " 3", (("a", "FR"), ("b", here.node), ("c", here.instant[:8])))


FORMAT = Format(_draft, _leader("d", "l"))
