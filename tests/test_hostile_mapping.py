"""A mapping file that anybody may have written: refused or harmless, in bounded time and memory, whatever it holds.

A ``timeout`` here is an alarm against an endless computation, not a measure: what is refused is refused at once.
"""

from __future__ import annotations

import signal
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import MappingError, ReadError
from bridge.meaning import bounds, paths
from bridge.meaning.mapping import apply
from bridge.meaning.source import Source, load_source
from bridge.meaning.vocabulary import load
from bridge.readers import READERS
from bridge.record import Item, Response

VOCABULARY = load(Path(__file__).parents[1] / "mappings" / "vocabulary")
HEAD = '[source]\nid = "a"\nkind = "json_api"\nurl = "https://a.exemple.fr/"\n'
MEGABYTE = 1 << 20


def loaded(text: str) -> Source:
    source = load_source(text, "a.toml", {"_p": "[fields]\ntitle = 't'\n"}, VOCABULARY, "")
    assert source is not None
    return source


def head(**changes: str) -> str:
    given = {"id": '"a"', "kind": '"json_api"', "url": '"https://a.exemple.fr/"'} | changes
    return "[source]\n" + "".join(f"{key} = {value}\n" for key, value in given.items())


@contextmanager
def bounded(seconds: int = 20, megabytes: int = 300) -> Iterator[None]:
    def late(*_: Any) -> None:
        raise TimeoutError("this never ends")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * MEGABYTE
    finally:
        tracemalloc.stop()
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


DEEP = 200_000
REFUSED = {
    "lists in lists": (HEAD + f"options = {{ a = {'[' * DEEP}{']' * DEEP} }}", "emboîte"),
    "lists never closed": ("x = " + "[" * DEEP, "emboîte"),
    "tables in tables": ("x = " + "{a=" * 50_000, "emboîte"),
    "lists in lists with values between": (HEAD + f"options = {{ a = {'[1,' * 300}1{']' * 300} }}", "emboîte"),
    "lists just too deep": (HEAD + f"options = {{ a = {'[1,' * 12}1{']' * 12} }}", "emboîte"),
    "recursion": (HEAD + f"options = {{ a = {'[1,' * 5000}1{']' * 5000} }}", "emboîte"),
    "a key of many dots": ("a." * DEEP + "a = 1", "emboîte"),
    "a key of many dots and spaces": ("a . " * DEEP + "a = 1", "emboîte"),
    "a key of many quoted parts": ('"a b".' * 100_000 + "a = 1", "emboîte"),
    "a table of many dots": ("[" + "a." * DEEP + "a]", "emboîte"),
    "many keys of many dots": (("a." * 40 + "a = 1\n") * 10_000, "emboîte"),
    "dots behind quotes": ("x = { p = '''it's''', " + "a." * 100_000 + "a = 'x' }", "emboîte"),
    "dots behind double quotes": ('x = { p = """a""""", ' + "a." * 100_000 + "a = 'x' }", "emboîte"),
    "a huge text": (HEAD + f"title = '{'x' * (MEGABYTE - 200)}'", "dépasse"),
    "a huge file": ("#" * (MEGABYTE + 1), "1 Mo"),
    "a huge key": (HEAD + f"{'x' * (MEGABYTE - 200)} = 1", "dépasse"),
    "a huge address": (head(url=f'"http://{"a." * 1000}fr/"'), "1000"),
    "an address for a slow expression": (head(url=f'"http://{"a-" * 490}!"'), "url"),
    "many values": ("[values.themes]\n" + "".join(f"'{n}' = ''\n" for n in range(40_000)), "valeurs"),
    "many fields": (HEAD + "[fields]\ntitle = [" + "'a'," * 19_000 + "]", "chemins"),
    "a long path": (HEAD + f"[fields]\ntitle = '{'a.' * 400}b'", "chemins"),
    "a number without end": (HEAD + f"[expect]\nmin = {'9' * 100_000}", "nombre"),
    "a hexadecimal number without end": (HEAD + f"[expect]\nmin = 0x{'f' * 100_000}", "nombre"),
    "an infinite number": (HEAD + "options = { a = inf }", "nombre"),
    "no number": (HEAD + "options = { a = nan }", "nombre"),
    "a negative count": (HEAD + "[expect]\nmin = -1", "expect.min"),
    "a huge count": (HEAD + "[expect]\nmin = 9007199254740991", "expect.min"),
    "a rhythm without end": (HEAD + "[expect]\nevery = '99999999999999999999d'", "expect.every"),
    "a rhythm in other digits": (HEAD + "[expect]\nevery = '٣d'", "expect.every"),
    "a date among options": (HEAD + "options = { a = 2020-01-01 }", "options"),
    "many options": (HEAD + f"options = {{ a = [{'1,' * 600}] }}", "options"),
    "an id that climbs": (head(id='"../../etc/passwd"'), "source.id"),
    "an id with a line end": (head(id='"a\\n"'), "source.id"),
    "an id with a null": (head(id='"a\\u0000"'), "invisible"),
    "an id that is a list": (head(id='["a"]'), "source.id"),
    "a preset that climbs": ("extends = '../../etc/passwd'\n" + HEAD, "Modèles"),
    "a preset that is a path": ("extends = '/etc/passwd'\n" + HEAD, "Modèles"),
    "a preset that is a list": ("extends = ['_p']\n" + HEAD, "extends"),
    "a kind that is a table": (head(kind="{ a = 1 }"), "source.kind"),
    "a file": (head(url='"file:///etc/passwd"'), "source.url"),
    "a script": (head(url='"javascript:alert(1)"'), "source.url"),
    "a title that turns round": (head(title='"abc\\u202Edef"'), "invisible"),
    "a title with an escape": (head(title='"\\u001B[2Jabc"'), "invisible"),
    "an invisible key": ('[values.themes]\n"ma\\u200Bres" = ""', "invisible"),
    "a language that is markup": (head(language="'<script>'"), "source.language"),
    "an address to keep that is all addresses": (head(contact="'@'"), "source.contact"),
    "a surrogate": (head(title='"\\uD800"'), "TOML"),
    "code in the table": (HEAD + "[values.themes]\n'x' = '__import__(\"os\")'", "pas un concept"),
}


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(text: str, told: str) -> None:
    with bounded(), pytest.raises(MappingError, match="a.toml") as error:
        loaded(text)
    sentence = str(error.value)
    assert told in sentence and len(sentence) < 2000 and not bounds._INVISIBLE.search(sentence.replace("\n", ""))


HARMLESS = {
    "code as a path": "__import__('os').system('x')",
    "an attribute": "__class__.__mro__[1].__subclasses__",
    "a template": "{{ 7 * 7 }}"[3:-3],
    "a path up": "../../../etc/passwd",
    "a constant that is code": "=__import__('os').system('x')",
}


@pytest.mark.parametrize("path", HARMLESS.values(), ids=HARMLESS.keys())
def test_nothing_is_executed(path: str) -> None:
    source = loaded(HEAD + f"[fields]\ntitle = 't'\nabstract = {path!r}".replace("\\'", "'").replace("''", "'"))
    mapped = apply(source, Item("1", {"t": "x"}))
    assert mapped.record is not None and mapped.record.abstract in ("", path[1:])


TOO_HEAVY = {
    "doubled": "[@,@]" + "|[@,@]" * 60,
    "doubled and flattened": "[@,@][]" + ".[@,@][]" * 30,
    "doubled under a pipe": "[@,@][]" + "|[@,@][]" * 30,
    "objects": "{a:@,b:@}" + "|{a:@,b:@}" * 40,
    "nested": "[[[[[[[@,@],[@,@]],[[@,@],[@,@]]]]]]]|[@,@,@,@,@,@,@,@]|[@,@,@]",
    "escaped again and again": "to_string([" * 20 + "@" + "])" * 20,
    "mapped": "map(&[@,@,@,@],map(&[@,@,@,@],map(&[@,@,@,@],map(&[@,@,@,@],a))))",
    "merged": "merge({a:@,b:@},{c:@,d:@})" + "|merge({a:@,b:@},{c:@,d:@})" * 5,
    "glue of the item": "join(a, b)",
    "long glue": f"join('{'x' * 100}', a)",
    "filtered": "a[?[@,@,@,@,@,@,@,@]==`1`].[[@,@,@,@,@,@,@,@],a]",
    "a step of nothing": "a[::0]",
    "a place without end": "a[:99999999999999999999]",
    "nots": "!" * 400 + "a",
}


@pytest.mark.parametrize("path", TOO_HEAVY.values(), ids=TOO_HEAVY.keys())
def test_a_path_that_would_not_end_is_refused(path: str) -> None:
    with bounded(), pytest.raises(MappingError, match="trop de calculs|chemins"):
        loaded(HEAD + f'[fields]\ntitle = """{path}"""')


LARGE: dict[str, Any] = {
    "a": [{"b": [{"c": [n, {"d": "x" * 20}]}], "e": str(n)} for n in range(20_000)],
    "w": [str(n) for n in range(50_000)],
    "t": "é" * MEGABYTE,
    "d": None,
}
for _ in range(150):
    LARGE["d"] = {"x": LARGE["d"], "y": [LARGE["d"] and "z"]}
BOUNDED = {
    "stars": "*.*.*.*.*.*.*.*.*.*",
    "projections": "a[*][*][*][*][*][*][*][*]",
    "flattened": "a[][][][][][][][][]",
    "parentheses": "(" * 240 + "a" + ")" * 240,
    "filters in filters": "a[?b[?c[?@.d[?@]]]]",
    "filters": "a" + "[?e]" * 50,
    "sorted": "sort_by(a, &e)[].e",
    "sorted by what is sorted": "sort_by(a, &sort_by(b, &to_string(c))[0].e)",
    "joined": "join(', ', sort(map(&e, a[])))",
    "written": "to_string(a)",
    "the longest": "max_by(a, &length(e)).e",
    "reversed": "reverse(" * 20 + "w" + ")" * 20,
    "compared": "a[?@==@ && @==@ && @==@].e",
    "deep": "d" + ".x" * 140,
    "wherever": "d" + ".*" * 100,
    "or": "||".join("z" * 2 for _ in range(100)),
    "slices": "w" + "[::-1]" * 60,
}


@pytest.mark.parametrize("path", BOUNDED.values(), ids=BOUNDED.keys())
def test_a_path_on_a_large_item_ends(path: str) -> None:
    with bounded(60, 600):
        try:
            source = loaded(HEAD + f'[fields]\ntitle = "=x"\nkeywords = """{path}"""\nlessons = """{path}"""')
        except MappingError:
            return
        assert apply(source, Item("1", LARGE)).record is not None


RAISING = [
    ("contains(a, `1`)", {"a": "x"}),
    ("ceil(to_number(a))", {"a": "1e999"}),
    ("a[?contains(@, `1`)]", {"a": ["x"]}),
    ("sort_by(a, &b)", {"a": [{"b": 1}, {"b": "x"}]}),
    ("to_string(a)", {"a": 10**5000}),
    ("abs(a)", {"a": "x"}),
    ("merge(a, b)", {"a": 1, "b": 2}),
    ("join(', ', a)", {"a": [1]}),
    ("max_by(a, &b)", {"a": [{"b": None}]}),
    ("avg(a)", {"a": []}),
]


@pytest.mark.parametrize(("path", "data"), RAISING)
def test_a_path_that_does_not_suit_an_item_costs_one_field(path: str, data: dict[str, Any]) -> None:
    source = loaded(HEAD + f'[fields]\ntitle = "=x"\nabstract = """{path}"""')
    assert apply(source, Item("1", data)).record is not None


def test_a_path_that_is_too_deep_to_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "MAX_LENGTH", 100_000)
    with pytest.raises(MappingError, match="trop de calculs"):
        paths.getter_of("a.toml", "title", ["(" * 20_000 + "a" + ")" * 20_000])


def test_what_is_weighed() -> None:
    for path in ("join(', ', sort(map(&name, terms[])))", "{url: a, title: b, type: c, size: d}", "a[?b=='x'].[c, d]"):
        assert paths.getter_of("a.toml", "title", [path]).paths
    for path in ("merge(a, b)", "not_null(a, b, 'c')", "a[1:2]", "a[::-1]", "to_string(a)"):
        assert paths.getter_of("a.toml", "title", [path]).paths


VALUES: list[Any] = [
    *(-1, 0, 1, 2**53, 1.5, True, "", "x", "../../etc/passwd", "(a+)+$", "[" * 200, "*" * 200, ":is(" * 100),
    *(
        "a b c d e f g h " * 20,
        ":not(:not(:not(*)))",
        "\u202e",
        "é",
        "javascript:alert(1)",
        "file:///etc/passwd",
        [],
        {},
    ),
    *(["x"] * 50, [1], {"a": {"b": ["c"]}}, "99999999999999999999", "%s%s%s%n", "${jndi:x}", "{{7*7}}"),
]
OPTIONS = (
    *("charset", "separator", "id", "items", "next", "page", "size", "total", "key", "url", "select", "list", "link"),
    *("only", "content", "detail", "form", "forms", "type", "types", "prefix", "set", "from", "follow", "complete"),
    *("sheet", "header", "lang", "base", "taxonomies", "language", "limit", "offset", "start", "images", "category"),
)
ANSWERS = (
    b"",
    b"{}",
    b"[]",
    b'[{"id": 1, "title": {"rendered": "x"}}]',
    b"<a/>",
    b"a;b\n1;2\n",
    b"<html><p>x</p></html>",
)


@pytest.mark.parametrize("kind", READERS)
def test_an_option_that_makes_no_sense_is_refused_or_harmless(kind: str) -> None:
    reader = READERS[kind]
    with bounded(120, 600):
        for value in VALUES:
            for names in (*((name,) for name in OPTIONS), OPTIONS):
                options = dict.fromkeys(names, value)
                try:
                    request = reader.start("https://a.exemple.fr/x", options)
                except ReadError:
                    continue
                for body in ANSWERS:
                    try:
                        reader.read(Response(request.url, 200, {}, body, request.carry), options)
                    except ReadError:
                        continue
