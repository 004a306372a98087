"""What nobody thought of: bytes, mapping files and items made by hypothesis, the same ones at each run.

A reader raises ``ReadError`` and nothing else, a mapping file ``MappingError`` and nothing else, an item nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import MappingError, ReadError
from bridge.meaning.convert import texts, whole_words
from bridge.meaning.mapping import NOTHING, Mapped, apply
from bridge.meaning.mapping_file import MAPPED
from bridge.meaning.source import Source, load_source
from bridge.meaning.text import fold
from bridge.meaning.vocabulary import load
from bridge.readers import READERS
from bridge.record import SCHEMES, Item, Page, Record, Response, from_json, to_json

ROOT = Path(__file__).parents[1]
VOCABULARY = load(ROOT / "mappings" / "vocabulary")
PRESETS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "mappings" / "presets").glob("_*.toml")}
CASES = ROOT / "tests" / "cases"
URL = "https://a.exemple.fr/données/?x=1"

often = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
seldom = settings(often, max_examples=120)

# Readers ---------------------------------------------------------------------------------------------------------


def answers(folder: Path) -> Iterator[tuple[int, dict[str, str], bytes]]:
    """The status, headers and body of each recorded answer (``*.http``, or ``*.headers`` with ``*.body``)."""
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".http", ".body")):
        if path.suffix == ".body":
            head, body = path.with_suffix(".headers").read_bytes(), path.read_bytes()
        else:
            raw = path.read_bytes()
            head, _, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")
        lines = [line for line in head.decode().splitlines() if line and not line.startswith(">")]
        pairs = (line.partition(":") for line in lines[1:])
        yield int(lines[0].split()[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}, body


@cache
def recorded(kind: str) -> tuple[tuple[str, Mapping[str, Any], int, Mapping[str, str], bytes, Mapping[str, Any]], ...]:
    """Each answer of the kind's cases with what it was asked with: address, options, status, headers, body, carry."""
    found = []
    for folder in sorted(CASES.iterdir()):
        if folder.name.partition("-")[0] != kind or not (folder / "options.json").exists():
            continue
        given = json.loads((folder / "options.json").read_text())
        options = given.get("options", {})
        reader = READERS[kind]
        waiting = [reader.start(given["url"], options, given.get("since", ""))]
        for status, headers, body in answers(folder):
            if not waiting or len(body) > 200_000:
                break
            request = waiting.pop(0)
            found.append((request.url, options, status, headers, body, request.carry))
            try:
                waiting.extend(reader.read(Response(request.url, status, headers, body, request.carry), options).next)
            except ReadError:
                break
    return tuple(found) or ((URL, {}, 200, {}, b"", {}),)


def read(kind: str, response: Response, options: Mapping[str, Any]) -> None:
    """Reads, and looks at what came out: JSON values, distinct ids, addresses to go on with."""
    try:
        page = READERS[kind].read(response, options)
    except ReadError as error:
        assert str(error).strip()
        return
    assert isinstance(page, Page)
    names = [item.id for item in page]
    assert len(set(names)) == len(names) and all(0 < len(name) <= 600 for name in names)
    for item in page:
        json.dumps(item.data, allow_nan=False).encode()
    for request in page.next:
        json.dumps(request.carry, allow_nan=False)
        assert request.url.startswith(("http://", "https://"))


CONTENT_TYPES = st.sampled_from(
    [
        "",
        "text/html",
        "application/json",
        "application/xml; charset=utf-8",
        "text/csv; charset=iso-8859-15",
        "text/calendar",
    ]
)
PIECES = st.sampled_from(
    [
        *(
            b"{",
            b"}",
            b"[",
            b"]",
            b":",
            b",",
            b'"',
            b"null",
            b"1e999",
            b"\\ud800",
            b"<",
            b">",
            b"</",
            b"/>",
            b"<![CDATA[",
        ),
        *(
            b"<?xml version='1.0'?>",
            b"<!DOCTYPE a [",
            b"&#0;",
            b"&x;",
            b"<rss><channel><item>",
            b"<OAI-PMH><ListRecords>",
        ),
        *(
            b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
            b"DTSTART:",
            b"PK\x03\x04",
            b"a;b;c\n",
            b"\x00",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
        ),
        *(
            b"<html><body><main>",
            b"<li><a href='",
            b"=",
            b"' ",
            b'{"type":"FeatureCollection","features":[',
            b'"id":1',
            b"\n",
        ),
        *(b"<urlset><url><loc>https://a.fr/", b"-" * 50, b"9" * 400, "é".encode(), b"\xe9", b"{{", b"}}", b"|"),
    ]
)


@pytest.mark.parametrize("kind", READERS)
@seldom
@given(data=st.data())
def test_any_bytes(kind: str, data: st.DataObject) -> None:
    body = data.draw(st.binary(max_size=200) | st.lists(PIECES, max_size=30).map(b"".join))
    status = data.draw(st.sampled_from([200, 200, 200, 204, 400, 401, 403, 404, 500]))
    _, options, _, headers, _, carry = data.draw(st.sampled_from(recorded(kind)))
    if data.draw(st.booleans()):
        headers = {"content-type": data.draw(CONTENT_TYPES)}
    if data.draw(st.booleans()):
        options, carry = {}, {}
    read(kind, Response(URL, status, headers, body, carry), options)


@pytest.mark.parametrize("kind", READERS)
@seldom
@given(data=st.data())
def test_a_real_answer_that_was_spoilt(kind: str, data: st.DataObject) -> None:
    url, options, status, headers, body, carry = data.draw(st.sampled_from(recorded(kind)))
    body = data.draw(spoilt(body))
    if data.draw(st.booleans()):
        status = data.draw(st.sampled_from([200, 400, 404, 500]))
    read(kind, Response(url, status, headers, body, carry), options)


@st.composite
def spoilt(draw: st.DrawFn, body: bytes) -> bytes:
    """The body cut, doubled, with a piece left out or put in, with bytes changed: one to three times."""
    for _ in range(draw(st.integers(1, 3))):
        at, to = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
        how = draw(st.sampled_from(("cut", "start", "drop", "double", "twice", "insert", "flip", "swap")))
        if how == "cut":
            body = body[:at]
        elif how == "start":
            body = body[at:]
        elif how == "drop":
            body = body[:at] + body[to:]
        elif how == "double" and len(body) < 400_000:
            body = body[:to] + body[at:]
        elif how == "twice" and len(body) < 400_000:
            body += body
        elif how == "insert":
            body = body[:at] + draw(PIECES) + body[at:]
        elif how == "flip" and at < len(body):
            body = body[:at] + bytes((draw(st.integers(0, 255)),)) + body[at + 1 :]
        elif how == "swap":
            body = body.replace(*draw(st.sampled_from(SWAPS)))
    return body


SWAPS = (
    (b'"', b"'"),
    (b'":"', b'":["'),
    (b'": "', b'": {"a": "'),
    (b":{", b":[{"),
    (b"id", b"xd"),
    (b"1", b"-1e400"),
    (b"2", b"9" * 30),
    (b"[", b"{"),
    (b"<", b"&lt;"),
    (b"=", b""),
    (b"true", b"null"),
    (b"http", b"javascript:"),
    (b"//", b"//["),
    (b"\n", b""),
    (b"T", b"\xed\xa0\x80"),
)

# Mapping files ---------------------------------------------------------------------------------------------------

GOOD = """extends = "_csv"
[source]
id = "a"
kind = "csv_file"
url = "https://a.exemple.fr/liste.csv"
title = "Source A"
licence = "etalab-2.0"
keep = "full"
agreement = { date = 2026-01-01, scope = "tout" }
options = { separator = ";", id = "n" }
ignore = ["vu"]
[fields]
title = ["titre", "a.b[0].c", "join(', ', n[])"]
themes = "terms[?taxonomy=='theme'].name"
type = "=r-guide"
[values.themes]
"Mares" = ["t-zones-humides", "t-amphibiens"]
"Divers" = ""
[values.licence]
"libre" = "CC-BY-4.0"
[expect]
min = 40
every = "30d"
"""


def loads_or_is_refused(text: str) -> None:
    try:
        source = load_source(text, "a.toml", PRESETS, VOCABULARY, "")
    except MappingError as error:
        assert "a.toml" in str(error) or "Vocabulaire" in str(error)
        return
    if source is not None:
        apply(source, Item("1", {"titre": "x", "Nom": "y", "terms": [{"taxonomy": "theme", "name": "Mares"}]}))


def test_the_mapping_file_that_is_spoilt_is_good() -> None:
    assert load_source(GOOD, "a.toml", PRESETS, VOCABULARY, "") is not None


@often
@given(st.text(max_size=300))
def test_any_text_as_a_mapping_file(text: str) -> None:
    loads_or_is_refused(text)


@often
@given(st.data())
def test_a_mapping_file_that_was_spoilt(data: st.DataObject) -> None:
    lines = GOOD.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(("drop", "double", "cut", "value", "key", "insert", "swap")))
        line = lines[at]
        if how == "drop":
            lines[at] = ""
        elif how == "double":
            lines.insert(at, line)
        elif how == "cut":
            lines[at] = line[: data.draw(st.integers(0, len(line)))]
        elif how == "value" and " = " in line:
            lines[at] = line.partition(" = ")[0] + " = " + data.draw(TOML)
        elif how == "key":
            lines[at] = data.draw(st.sampled_from(("x", "''", "a.b", "[x]", "[[fields]]", "[fields]"))) + line[1:]
        elif how == "insert":
            place = data.draw(st.integers(0, len(line)))
            lines[at] = line[:place] + data.draw(st.characters()) + line[place:]
        else:
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], line
    loads_or_is_refused("\n".join(lines))


TOML = st.one_of(
    st.sampled_from(
        [
            "1",
            "-1",
            "1e9",
            "nan",
            "true",
            "[]",
            "{}",
            "2020-01-01",
            "00:00:00",
            "[[1]]",
            "{a={b=1}}",
            '""',
            "'='",
            '["", 1]',
        ]
        + ['"a[?b=="', '"a[*].*"', '"=="', '"[@,@]|[@,@]"', '"`1`"', '"@"', '"&a"', "'''a\nb'''", '"_csv"', "0x10"]
    ),
    st.text(max_size=20).map(lambda text: json.dumps(text, ensure_ascii=False)),
)


@often
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
        lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=10), inside, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(["extends", *tomllib.loads(GOOD), "target", "contribute", "autre"]),
)
def test_a_table_of_the_wrong_shape(value: Any, table: str) -> None:
    document = tomllib.loads(GOOD)
    document[table] = value
    loads_or_is_refused("\n".join(f"{key} = {toml(inside)}" for key, inside in document.items()))


def toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if value is None or isinstance(value, str):
        return json.dumps(value or "", ensure_ascii=False)
    if isinstance(value, float) or hasattr(value, "isoformat"):
        return str(value)
    return str(value).lower()


# Items -----------------------------------------------------------------------------------------------------------

ALL_FIELDS = "[source]\nid = 'a'\nkind = 'json_api'\nurl = 'https://a.exemple.fr/'\nkeep = 'full'\n"
ALL_FIELDS += "agreement = { date = 2026-01-01 }\ncontact = 'accueil@a.exemple.fr'\n[fields]\n"
ALL_FIELDS += "\n".join(f"{field} = ['{field}', 'all']" for field in MAPPED if field != "title")
ALL_FIELDS += "\ntitle = ['title', 'all', '=Sans titre']\n[values.themes]\n'a;b' = ['t-tvb', 't-haies']\n'rien' = ''\n"
ALL_FIELDS += "[values.licence]\n'rien' = ''\n"

WORDS = st.sampled_from(
    [
        *(
            "Mares",
            "mares ; haies",
            "a;b",
            "rien",
            "Lyon (Rhône)",
            "69003",
            "69123.0",
            "Évry",
            "12 000 € HT",
            "3 ha 50 a",
        ),
        *(
            "D'avril 2014 à juillet 2015",
            "31/02/2019",
            "41730",
            "1e999",
            "nan",
            "-0",
            "45,76|4.85",
            "POINT (4.85 45.76)",
        ),
        *(
            "POINT(. .)",
            "https://[",
            "http://a:b",
            "www.",
            "<p>&amp;lt;b&gt;",
            "Ã©tÃ©",
            "\x92",
            "06 12 34 56 78",
            "a@b.fr",
        ),
        *(
            "ISBN 978-2-07-036822-8",
            "10.1000/é",
            "ODD 15",
            "²",
            "①",
            "٣٤",
            "fr_FR",
            "CC BY",
            "2019-13-45T99:99:99Z",
            "\ud800",
        ),
        *(
            "accueil@a.exemple.fr",
            "0" * 400,
            "9" * 400,
            "(" * 50,
            "[vc_row a='b']x[/vc_row]",
            "- 5 €",
            "% de 5 €",
            "½uvre ¤",
        ),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=40)
KEYS = st.sampled_from([*MAPPED, "all", "url", "href", "name", "label", "lat", "lon", "coordinates", "type", "x"])
JSON = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inside, max_size=4),
    max_leaves=12,
)


@cache
def all_fields() -> Source:
    source = load_source(ALL_FIELDS, "a.toml", {}, VOCABULARY, "")
    assert source is not None
    return source


@settings(often, max_examples=500)
@given(st.dictionaries(KEYS | st.text(max_size=8), JSON, max_size=8), WORDS | st.text(max_size=30))
def test_any_item(data: dict[str, Any], address: str) -> None:
    mapped = apply(all_fields(), Item("1", data, address))
    assert mapped.record is not None or not texts(data.get("title")) or mapped.problems
    if mapped.record:
        written = json.dumps(to_json(mapped.record), allow_nan=False)
        assert from_json(json.loads(written)) == mapped.record
        assert "06 12 34 56 78" not in written and "a@b.fr" not in written


# The ledger of terms ---------------------------------------------------------------------------------------------

LABELS = st.sampled_from(
    ["Mares", "MARES", "Haies", "haie", "A ; B", "A", "B", "Divers", "zzz", "zone(s) humide(s)", "t-tvb"]
)
FIELDS = st.sampled_from(sorted(SCHEMES))


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, dict[str, tuple[str, ...]]]:
    """A coded field, and any table of words for it."""
    field = draw(FIELDS)
    concepts = st.sampled_from([concept.id for concept in VOCABULARY.concepts(SCHEMES[field])])
    rows = draw(st.dictionaries(LABELS | st.text(min_size=1, max_size=8), st.lists(concepts, max_size=3, unique=True)))
    return field, {label: tuple(row) for label, row in rows.items() if label.isprintable()}


@settings(often, max_examples=500)
@given(tables(), st.lists(LABELS | st.text(max_size=12) | st.lists(LABELS, max_size=3), max_size=6) | LABELS)
def test_every_occurrence_of_a_word_is_mapped_or_nothing_or_unknown(
    table: tuple[str, dict[str, tuple[str, ...]]], raw: Any
) -> None:
    field, rows = table
    text = f"[source]\nid = 'a'\nkind = 'json_api'\nurl = 'https://a.fr/'\n[fields]\ntitle = '=x'\n{field} = 'f'\n"
    text += f"[values.{field}]\n" + "".join(
        f"{json.dumps(k, ensure_ascii=False)} = {toml(list(v))}\n" for k, v in rows.items()
    )
    source = load_source(text, "a.toml", {}, VOCABULARY, "")
    assert source is not None
    mapped = apply(source, Item("1", {"f": raw}))
    record = mapped.record
    assert record is not None
    counted = occurrences(mapped, source, field)
    # Each text gives at least one term if it says something; a text that is one word of the table gives just its row.
    for label, number in Counter(map(fold, whole_words(raw))).items():
        if label in source.values[field]:
            assert counted[label] >= number
    assert_ledger(mapped, record, field)


def occurrences(mapped: Mapped, source: Source, field: str) -> Counter[str]:
    """How often each word occurs: a word that means several things is as many terms, in a row."""
    counted: Counter[str] = Counter()
    for term in mapped.terms:
        assert term.field == field and term.label
        row = source.values[field].get(fold(term.label))
        means = row if row is not None else ()
        assert row is None or (term.concept in means if means else term.concept == NOTHING)
        counted[fold(term.label)] += 1
    for label in counted:
        size = len(source.values[field].get(label, ())) or 1
        assert counted[label] % size == 0
        counted[label] //= size
    return counted


def assert_ledger(mapped: Mapped, record: Record, field: str) -> None:
    known = [term.concept for term in mapped.terms if term.concept and term.concept != NOTHING]
    nothing = [term for term in mapped.terms if term.concept == NOTHING]
    unknown = [term for term in mapped.terms if not term.concept]
    assert len(known) + len(nothing) + len(unknown) == len(mapped.terms)
    kept = getattr(record, field)
    assert set(known) >= set(kept if isinstance(kept, tuple) else filter(None, [kept]))
    assert not isinstance(kept, tuple) or set(kept) == set(known)
    assert bool(kept) == bool(known)
    scheme = SCHEMES[field]
    assert all((found := VOCABULARY.concept(each)) and found.scheme == scheme for each in known)
