"""``apply(source, item) -> Mapped``: one item in the partner's words becomes one record in ours.

An allow-list: only fields that the mapping names leave the partner. A poor item gives a poor record; only an item
without a title is refused, and said. Every occurrence of a coded word is accounted for: mapped, deliberately nothing,
or unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple

from bridge.meaning import territory
from bridge.meaning.convert import CONVERTERS, EVIDENCE, Setting, text, texts, whole_words
from bridge.meaning.coordinates import lon_lat, number
from bridge.meaning.marks import same_site
from bridge.meaning.paths import PathError
from bridge.meaning.source import Source
from bridge.meaning.text import clean_url, fold, plain, split_list, summarise
from bridge.record import NOASSERTION, SCHEMES, Hop, Item, Origin, Problem, Record

NOTHING = "-"
ABSTRACT = 500
_ONE = frozenset({"type", "status", "scale"})
# Without an agreement only the notice is kept: what describes the resource, not its text.
_FULL_ONLY = ("content", "lessons")
_FORMS = (("period", "period_text"), ("budget", "budget_text"))
_PLACE_WORDS = ("place", "insee", "postcode", "commune", "departement", "region", "epci")
_MEMO_MAX = 16_384
_NOWHERE = Setting("", ())
_ILLEGIBLE = "\ufffd"  # what stands for the bytes that no letter is made of


class Term(NamedTuple):
    """One coded word of one item. ``concept`` is its id, ``-`` (deliberately nothing) or empty (unknown)."""

    field: str
    label: str
    concept: str


class Mapped(NamedTuple):
    """What became of an item. ``record`` is None when it was refused; ``unplaced`` are keys nobody looked at."""

    record: Record | None
    problems: tuple[Problem, ...] = ()
    terms: tuple[Term, ...] = ()
    unplaced: frozenset[str] = frozenset()


def apply(source: Source, item: Item) -> Mapped:
    """The record of an item, and what a person must know about it. Never raises on what an item holds."""
    data = item.data
    base = item.url or source.url
    at = Setting(base, (source.contact,) if source.contact else ())
    values: dict[str, Any] = {}
    raws: dict[str, Any] = {}
    evidence: dict[str, Any] = {}
    problems: list[Problem] = []
    terms: list[Term] = []
    for getter in source.getters:
        field = getter.field
        try:
            raw = getter.get(data)
        except PathError:
            problems.append(
                Problem(f"Le champ « {field} » n'a pas pu être lu : son chemin ne convient pas ici.", item.id)
            )
            continue
        if raw is None:
            raw = getter.constant
            if not raw:
                continue
        if field in SCHEMES:
            found = (raw,) if _is_ours(source, field, raw, getter.constant) else _concepts(source, field, raw, terms)
            if found:
                values[field] = found[0] if field in _ONE else found
            if field == "themes" and raw is not getter.constant:
                _keep_words(values, raw)
        elif field in EVIDENCE:
            evidence[field] = raw
        elif field == "keywords":
            _keep_words(values, raw)
        elif field == "licence":
            values[field] = _licence(source, raw, terms)
        else:
            raws[field] = raw
            if value := CONVERTERS[field](raw, at):
                values[field] = value
    title = values.pop("title", "")[:500]
    if not title:
        return Mapped(None, (Problem("Cette fiche n'a pas de titre : elle n'est pas reprise.", item.id), *problems))
    if _ILLEGIBLE in title or _ILLEGIBLE in values.get("abstract", ""):
        problems.append(
            Problem("Des lettres de cette fiche sont illisibles : elles ne sont pas codées en UTF-8.", item.id)
        )
    if "keywords" in values:
        # A word that is the very name of a theme of the record says nothing more.
        named, themes = partial(source.vocabulary.named, "theme"), values.get("themes", ())
        values["keywords"] = tuple(word for word in values["keywords"] if named(word) not in themes)
    if evidence:
        _place(evidence, values, problems, item.id)
    _both_forms(values, raws)
    _summary(values)
    if source.keep != "full":
        for field in _FULL_ONLY:
            values.pop(field, None)
    values["url"] = values.get("url") or clean_url(item.url) or source.url
    values.setdefault("language", source.language)
    values.setdefault("licence", source.licence)
    values.setdefault("attribution", source.title)
    origin, path = _way(source, item)
    record = Record(id=f"{source.id}:{item.id}", source=source.id, title=title, origin=origin, path=path, **values)
    return Mapped(record, tuple(problems), tuple(terms), _unplaced(source, data))


def _way(source: Source, item: Item) -> tuple[Origin, tuple[Hop, ...]]:
    """Where a record was born, and the nodes it went through, this source first; none when it was born here."""
    home = not item.path or (len(item.path) == 1 and same_site(item.path[0].node, source.url))
    if home:
        return Origin(source.url, item.id), ()
    origin = Origin(item.path[-1].node, item.path[-1].id or item.id)
    if same_site(item.path[0].node, source.url):
        return origin, item.path
    return origin, (Hop(source.url, item.id, altered=True), *item.path)


def _unplaced(source: Source, data: Mapping[str, Any]) -> frozenset[str]:
    """The keys that the mapping neither takes nor ignores, as ``meta.key`` inside an object that it opens; ``title@fr``
    goes with ``title``."""
    left = {key for key in data.keys() - source.consumed if not _goes_with(key, source.consumed)}
    for key in source.opened & data.keys():
        if isinstance(inside := data[key], dict):
            names = (name for name in inside.keys() - source.consumed if not _goes_with(name, source.consumed))
            left.update(f"{key}.{name}" for name in names)
    return frozenset(left - source.ignore)


def _goes_with(key: str, consumed: Collection[str]) -> bool:
    return key[0:1] == "@" or key.partition("@")[0] in consumed


def _is_ours(source: Source, field: str, raw: Any, constant: str) -> bool:
    """Whether this is the concept that the mapping file itself gives: no word of the partner."""
    found = source.vocabulary.concept(raw) if raw is constant else None
    return found is not None and found.scheme == SCHEMES[field]


def _concepts(source: Source, field: str, raw: Any, terms: list[Term]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for label in whole_words(raw):
        for term in _terms(source, field, label):
            terms.append(term)
            if term.concept and term.concept != NOTHING:
                found.setdefault(term.concept)
    return tuple(found)


def _terms(source: Source, field: str, label: str) -> tuple[Term, ...]:
    """The terms of one text: the whole label if it is a known word, else its parts. Remembered: words come back."""
    memo = source.memo
    if (known := memo.get((field, label))) is not None:
        return known
    if len(memo) > _MEMO_MAX:
        memo.clear()
    shown = text(label, _NOWHERE)
    row = _lookup(source, field, shown)
    parts = split_list(shown) if row is None else ()
    terms = _row(field, shown, row) if len(parts) < 2 else ()
    for part in parts if len(parts) > 1 else ():
        terms += _row(field, part, _lookup(source, field, part))
    memo[field, label] = terms
    return terms


def _row(field: str, label: str, concepts: tuple[str, ...] | None) -> tuple[Term, ...]:
    if not label:
        return ()
    return tuple(Term(field, label, concept) for concept in (("",) if concepts is None else concepts or (NOTHING,)))


def _lookup(source: Source, field: str, label: str) -> tuple[str, ...] | None:
    """The concepts of a word, () for deliberately nothing, None for unknown. The partner's own table comes first, then
    the labels, then the ids: some partners speak our words."""
    row = source.values.get(field, {}).get(fold(label))
    if row is not None:
        return row
    if found := source.vocabulary.find(SCHEMES[field], label):
        return (found,)
    concept = source.vocabulary.concept(label)
    return (concept.id,) if concept and concept.scheme == SCHEMES[field] else None


def _licence(source: Source, raw: Any, terms: list[Term]) -> str:
    """The SPDX code of what the item says; a licence nobody knows grants nothing."""
    table = source.values.get("licence", {})
    given = ""
    for label in whole_words(raw):
        row = table.get(fold(label))
        code = source.vocabulary.licence(label) if row is None else row[0] if row else NOTHING
        terms.append(Term("licence", text(label, _NOWHERE)[:200], code))
        if code != NOTHING:
            given = given or code
    return given or (NOASSERTION if texts(raw) else source.licence)


def _keep_words(values: dict[str, Any], raw: Any) -> None:
    """The partner's own words stay searchable, whatever they were mapped to."""
    kept: dict[str, None] = values.setdefault("keywords", {})
    for word in CONVERTERS["keywords"](raw, Setting("", ())):
        kept.setdefault(word)


def _place(evidence: dict[str, Any], values: dict[str, Any], problems: list[Problem], item: str) -> None:
    at = Setting("", ())
    point = lon_lat(evidence.get("point"))
    lon, lat = point or (number(_first(evidence.get("lon"))), number(_first(evidence.get("lat"))))
    words = dict.fromkeys(_PLACE_WORDS, "")
    words |= {key: text(raw, at) for key, raw in evidence.items() if key in words}
    found = territory.resolve(
        territory.Evidence(
            insee=words["insee"],
            postcode=words["postcode"],
            name=words["commune"],
            departement=words["departement"],
            region=words["region"],
            epci=words["epci"],
            text=words["place"],
            lon=lon,
            lat=lat,
        )
    )
    values["territories"] = found.codes
    values["point"] = found.point
    values["place_text"] = words["place"] or " ".join(w for w in (words["postcode"], words["commune"]) if w)
    if found.problem:
        problems.append(Problem(f"{found.problem[0].upper()}{found.problem[1:]}.", item))


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _both_forms(values: dict[str, Any], raws: dict[str, Any]) -> None:
    """A typed value keeps the words it was read from, and words are read into the typed value: a mapping names one."""
    at = Setting("", ())
    for typed, worded in _FORMS:
        if typed in raws and worded not in values and isinstance(raws[typed], str):
            words = text(raws[typed], at)
            if words != values.get(typed):
                values[worded] = words
        elif worded in values and typed not in values:
            values[typed] = CONVERTERS[typed](values[worded], at)


def _summary(values: dict[str, Any]) -> None:
    words = values.get("abstract") or plain(values.get("content", ""))
    if words:
        values["abstract"] = summarise(words, ABSTRACT)
