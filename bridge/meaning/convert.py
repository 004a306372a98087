"""The type of each of our fields does its own reading: raw JSON values -> values of the record.

A converter takes the raw value of an item and what it needs to know of the item; it never raises on foreign data:
what cannot be read is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from bridge.meaning import dates, identifiers, money
from bridge.meaning.coordinates import number
from bridge.meaning.text import clean, clean_url, fold, plain, safe_html, scrub, split_list
from bridge.record import Agent, Amount, Contact, Document, Identifier, Image, Organisation

_LABELS = ("label", "name", "title", "rendered", "value", "nom", "titre", "#text")
_TEXT_MAX = 20_000
_OPENING = 2_000
_MANY_MAX = 200
_SHORT = 100
_BEYOND = 1e12  # euros, hectares, metres: a slip of the pen, that formats of numbers cannot write


_T = TypeVar("_T")


class Setting(NamedTuple):
    """What a converter may need beside the value: the page's address and the functional address to keep in texts."""

    base: str
    contact: tuple[str, ...]


def texts(value: Any) -> list[str]:
    """Every text of a raw value, in order: lists and objects of labels flattened, numbers written, empties dropped."""
    if isinstance(value, str):
        return [value] if value and not value.isspace() else []
    if isinstance(value, list):
        found: list[str] = []
        for item in value:
            if type(item) is not str:
                found += texts(item)
            elif item and not item.isspace():
                found.append(item)
        return found
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, int | float):
        return [str(int(value)) if value == int(value) else str(value)] if value == value and abs(value) < 1e15 else []
    if isinstance(value, Mapping):
        for key in _LABELS:
            if key in value:
                return texts(value[key])
        return []
    return []


def text(value: Any, at: Setting) -> str:
    """Plain text on one line, without personal data."""
    return clean(paragraphs(value, at))


def paragraphs(value: Any, at: Setting) -> str:
    """Plain text whose paragraphs stay apart, without personal data."""
    found = "\n".join(texts(value))
    return (_told_again if len(found) <= _SHORT else _told)(found, at.contact)


def _told(found: str, keep: tuple[str, ...]) -> str:
    return scrub(plain(found), keep)[:_TEXT_MAX]


_told_again = lru_cache(1 << 13)(_told)  # names, places and languages come back, long texts do not


def opening(value: Any, at: Setting) -> str:
    """The beginning of a text, which is all that a summary is made of."""
    found = "\n".join(texts(value))
    return scrub(plain(found)[:_OPENING], at.contact)


def html(value: Any, at: Setting) -> str:
    return scrub(safe_html("\n".join(texts(value)), at.base), at.contact)


def words(value: Any, at: Setting) -> tuple[str, ...]:
    """Labels: lists and « a ; b | c » split, one each, in order."""
    out: dict[str, None] = {}
    for each in texts(value):
        for part in _words(each):
            out.setdefault(part)
    return tuple(out)[:_MANY_MAX]


@lru_cache(1 << 13)
def _words(each: str) -> tuple[str, ...]:
    return tuple(w for w in (scrub(clean(plain(part)))[:300] for part in split_list(plain(each))) if w)


def whole_words(value: Any) -> list[str]:
    """Labels as they came, not split: a value table is asked for the whole label first."""
    return [each[:1000] for each in texts(value)[:_MANY_MAX]]


def url(value: Any, at: Setting) -> str:
    """The first address among the texts; one relative to the page only if it is the only text."""
    found = texts(value)
    for each in found:
        if each.lstrip().lower().startswith(("http://", "https://")):
            return clean_url(each, at.base)
    return clean_url(found[0], at.base) if len(found) == 1 and "/" in found[0] else ""


def documents(value: Any, at: Setting) -> tuple[Document, ...]:
    """Files to download, from addresses or from objects with an address (``url``, ``href``, ``source_url``)."""
    out = []
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, Mapping):
            address = _address(each, at)
            kind = str(_first_of(each, "type", "mime_type", "media_type", "@media-type"))
            size = str(_first_of(each, "length", "size", "@size"))
            title = text(_first_of(each, "title", "#text"), at)
            document = Document(address, clean(kind), int(size) if size.isdecimal() and len(size) < 16 else 0, title)
        else:
            document = Document(url(each, at))
        if document.url:
            out.append(document)
    return tuple(dict.fromkeys(out))[:_MANY_MAX]


def _first_of(value: Mapping[str, Any], *names: str) -> Any:
    return next((value[name] for name in names if value.get(name)), "")


def _address(value: Mapping[str, Any], at: Setting) -> str:
    return clean_url(str(_first_of(value, "url", "href", "source_url", "@url")), at.base)


def image(value: Any, at: Setting) -> Image | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        address = _address(value, at)
        return Image(address, text(_first_of(value, "credit", "caption", "#text"), at)) if address else None
    address = url(value, at)
    return Image(address) if address else None


def organisations(value: Any, at: Setting) -> tuple[Organisation, ...]:
    """Organisations by name; a SIREN or SIRET in the name, or given beside it, is read."""
    return _named(value, at, lambda name, said: Organisation(name, identifiers.siren(name) or identifiers.siren(said)))


def agents(value: Any, at: Setting) -> tuple[Agent, ...]:
    """Authors by name; ``person`` or ``organisation`` only where the source says which."""
    return _named(value, at, lambda name, said: Agent(name, said if said in ("person", "organisation") else ""))


def _named(value: Any, at: Setting, made: Callable[[str, str], _T]) -> tuple[_T, ...]:
    """One for each name, made with what an object says beside it (``@siren``, ``@kind``)."""
    found: dict[_T, None] = {}
    for each in value if isinstance(value, list) else [value]:
        said = str(_first_of(each, "@siren", "@kind")) if isinstance(each, Mapping) else ""
        found.update(dict.fromkeys(made(name, said) for name in _names(each, at)))
    return tuple(found)[:_MANY_MAX]


def _names(value: Any, at: Setting) -> tuple[str, ...]:
    """Names, split at ``;`` and ``|`` only: a comma is part of « Dupont, Jeanne » and « Ville, service des eaux »."""
    found = chain.from_iterable(_split_names(each, at.contact) for each in texts(value))
    return tuple(dict.fromkeys(found))[:_MANY_MAX]


@lru_cache(1 << 12)
def _split_names(each: str, keep: tuple[str, ...]) -> tuple[str, ...]:
    parts = plain(each).replace("|", ";").replace("\n", ";").split(";")
    return tuple(name for part in parts if (name := scrub(clean(part), keep)[:300]))


def work_identifiers(value: Any, at: Setting) -> tuple[Identifier, ...]:
    return tuple(dict.fromkeys(i for each in texts(value) for i in identifiers.find(each)))


def edtf_date(value: Any, at: Setting) -> str:
    return next((d for d in (dates.date(clean(plain(each)), excel=True) for each in texts(value)) if d), "")


def edtf_period(value: Any, at: Setting) -> str:
    """A period from one text, or from a list of two dates (beginning, end)."""
    found = [clean(plain(each)) for each in texts(value)]
    if len(found) == 2 and isinstance(value, list):
        start, end = (dates.date(each, excel=True) for each in found)
        if start and end:
            return start if start == end else f"{start}/{end}"
    return next((p for p in (dates.period(each, excel=True) for each in found) if p), "")


def instant(value: Any, at: Setting) -> str:
    return next((i for i in (dates.instant(each) for each in texts(value)) if i), "")


def euros(value: Any, at: Setting) -> Amount | None:
    """An amount from a text, or from a bare number (a column of euros)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Amount(float(value)) if 0 < value < _BEYOND else None
    found = money.amount(" ".join(texts(value)))
    return found if found and found.value < _BEYOND else None


def hectares(value: Any, at: Setting) -> float | None:
    return _measure(value, money.area)


def metres(value: Any, at: Setting) -> float | None:
    return _measure(value, money.length)


_GROUPED = re.compile(r"(?<=\d)[ \xa0\u202f](?=\d{3}(?!\d))")


def _measure(value: Any, read: Callable[[str], float | None]) -> float | None:
    """A measure with its unit in a text, or a bare number in the unit of the field."""
    words = " ".join(texts(value))
    found = number(_GROUPED.sub("", words))
    if found is None:
        found = read(words)
    return found if found is not None and 0 < found < _BEYOND else None


def language(value: Any, at: Setting) -> str:
    """BCP 47 from ISO 639 codes and French or English names; empty when it is none."""
    word = fold(text(value, at))
    return _LANGUAGES.get(word) or (word[:2] if len(word) == 5 and word[2] in "-_" and word[:2].isalpha() else "")


_LANGUAGES = {
    alias: code
    for code, aliases in {
        "fr": "fr fre fra francais french",
        "en": "en eng anglais english",
        "es": "es spa espagnol spanish",
        "de": "de ger deu allemand german",
        "it": "it ita italien italian",
        "nl": "nl dut nld neerlandais dutch",
        "pt": "pt por portugais portuguese",
        "ca": "ca cat catalan",
        "oc": "oc oci occitan",
        "br": "br bre breton",
        "eu": "eu baq eus basque",
        "co": "co cos corse corsican",
        "gcf": "gcf creole",
    }.items()
    for alias in aliases.split()
}


def contact(value: Any, at: Setting) -> Contact | None:
    """A service and its page; an e-mail address only when the source declares it as functional."""
    address = url(value, at)
    name = text([each for each in texts(value) if not each.startswith(("http://", "https://"))], at)
    email = next((mail for mail in at.contact if mail in name.lower()), "")
    name = clean(re.sub(re.escape(email), "", name, flags=re.I)) if email else name
    return Contact(name, address, email) if name or address or email else None


def goals(value: Any, at: Setting) -> tuple[str, ...]:
    """Sustainable development goals, « 1 » to « 17 », from « ODD 15 », « 15 - Vie terrestre » or addresses."""
    found: dict[str, None] = {}
    for each in texts(value):
        for part in split_list(each):
            # « m² » holds a digit that is no number.
            digits = "".join(c if c.isdecimal() else " " for c in part).split()
            if digits and len(digits[0]) < 4 and 1 <= int(digits[0]) <= 17:
                found.setdefault(str(int(digits[0])))
    return tuple(found)


CONVERTERS: Mapping[str, Callable[[Any, Setting], Any]] = {
    "title": text,
    "abstract": opening,
    "content": html,
    "type": words,
    "themes": words,
    "keywords": words,
    "url": url,
    "documents": documents,
    "scale": words,
    "period": edtf_period,
    "period_text": text,
    "status": words,
    "published": edtf_date,
    "authors": agents,
    "publishers": organisations,
    "identifiers": work_identifiers,
    "edition": text,
    "leads": organisations,
    "department": text,
    "actor_types": words,
    "partners": organisations,
    "funders": organisations,
    "recognitions": words,
    "budget_text": text,
    "budget": euros,
    "area_ha": hectares,
    "length_m": metres,
    "habitats": words,
    "audiences": words,
    "sdgs": goals,
    "taxa": words,
    "lessons": paragraphs,
    "image": image,
    "contact": contact,
    "licence": text,
    "attribution": text,
    "language": language,
    "created": instant,
    "modified": instant,
}

# Not fields of the record: what is known of the place, weighed together by ``territory.resolve``.
EVIDENCE = ("place", "insee", "postcode", "commune", "departement", "region", "epci", "lon", "lat", "point")
