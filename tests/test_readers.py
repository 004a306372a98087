"""Readers: recorded answers (``cases/<kind>-<name>/``) and what a hostile or broken server may send.

A case is a folder: ``options.json`` (``about``, ``url``, ``options``, ``since``; ``answers``, how many there are, when
the walk goes on after them), the answers in the order they are asked for
(``*.http``, or ``*.headers`` with ``*.body``) and ``items.json``, what must come out. ``GOLDEN=1`` writes the latter.
"""

from __future__ import annotations

import gc
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import ReadError
from bridge.meaning.mapping import apply
from bridge.meaning.source import load_source
from bridge.meaning.vocabulary import load
from bridge.readers import READERS, listing, oai, paging, wiki
from bridge.record import Item, Page, Response
from bridge.recording import replay

CASES = Path(__file__).parent / "cases"
MAPPINGS = Path(__file__).parents[1] / "mappings"
OAI = 'xmlns="http://www.openarchives.org/OAI/2.0/"'


def cases() -> list[Any]:
    named = [(folder.name.partition("-")[0], folder) for folder in sorted(CASES.iterdir())]
    return [
        pytest.param(kind, folder, id=folder.name)
        for kind, folder in named
        if kind in READERS and (folder / "options.json").exists()
    ]


@pytest.mark.parametrize(("kind", "folder"), cases())
def test_case(kind: str, folder: Path) -> None:
    found = json.loads(json.dumps(replay(READERS[kind], folder)))
    expected = folder / "items.json"
    if os.environ.get("GOLDEN"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    assert found == json.loads(expected.read_text())


def test_every_kind_has_a_case() -> None:
    assert {parameter.values[0] for parameter in cases()} == set(READERS)


# What each kind needs to be at the step where lists are read, and an answer of one item whose title is ``{}``.
CARRY: dict[str, dict[str, Any]] = {
    "geotrek": {"lists": [], "labels": {}},
    "mediawiki": {"of": []},
    "oai": {"base": "https://o.example/oai"},
    "umap": {"layer": "Mares", "key": "|1", "map": "https://u.example/fr/map/mares_1"},
    "yeswiki": {"base": "https://w/", "fields": {}},
}
GOOD = {
    "csv_file": "id,titre,lieu\n1,{},Lyon\n",
    "dcat": '{{"graph": [{{"id": "1", "type": "dcat:Dataset", "title": "{}"}}]}}',
    "drupal": '{{"data": [{{"type": "node--a", "id": "1", "attributes": {{"title": "{}"}}}}]}}',
    "feed": "<rss version='2.0'><channel><item><guid>1</guid><title>{}</title></item></channel></rss>",
    "geojson": '{{"type": "FeatureCollection", "features": [{{"id": 1, "properties": {{"titre": "{}"}}}}]}}',
    "geotrek": '{{"count": 1, "next": null, "results": [{{"id": 1, "titre": "{}"}}]}}',
    "ics": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "json_api": '[{{"id": 1, "titre": "{}"}}]',
    "mediawiki": '{{"batchcomplete": true, "query": {{"pages": [{{"pageid": 1, "ns": 0, "title": "{}"}}]}}}}',
    "oai": f"<OAI-PMH {OAI}><responseDate>2026-11-24T08:00:00Z</responseDate><ListRecords><record><header>"
    "<identifier>1</identifier></header><metadata><dc xmlns='http://www.openarchives.org/OAI/2.0/oai_dc/'"
    " xmlns:d='http://purl.org/dc/elements/1.1/'><d:title>{}</d:title></dc></metadata></record></ListRecords></OAI-PMH>",
    "umap": '{{"type": "FeatureCollection", "features": [{{"id": "1", "properties": {{"titre": "{}"}}}}]}}',
    "wordpress": '[{{"id": 1, "type": "post", "titre": "{}"}}]',
    "yeswiki": '{{"1": {{"id_fiche": "1", "titre": "{}"}}}}',
}
JSON_KINDS = ("dcat", "drupal", "geojson", "geotrek", "json_api", "mediawiki", "umap", "wordpress", "yeswiki")
XML_KINDS = ("feed", "oai")
EVERY = tuple(kind for kind in READERS if kind in GOOD)  # a workbook is no text: see test_tables.py


def read(kind: str, body: str | bytes, **headers: str) -> Page:
    raw = body if isinstance(body, bytes) else body.encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return READERS[kind].read(Response("https://w.example/x", 200, named, raw, CARRY.get(kind, {})), {})


def title(page: Page) -> str:
    (item,) = page
    found = item.data.get("title", item.data.get("titre"))
    return str(found[0] if isinstance(found, list) else found)


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("before", ["", "\n \r\n"])
def test_good_answer(kind: str, before: str) -> None:
    assert title(read(kind, before + GOOD[kind].format("Forêt"))) == "Forêt"


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_encodings_nobody_announced(kind: str, encoding: str) -> None:
    assert title(read(kind, GOOD[kind].format("Forêt d’été à 20 €").encode(encoding))) == "Forêt d’été à 20 €"


@pytest.mark.parametrize("kind", EVERY)
def test_announced_encoding(kind: str) -> None:
    body = GOOD[kind].format("Vœu à 20 €").encode("iso-8859-15")
    assert title(read(kind, body, content_type="text/plain; charset=ISO-8859-15")) == "Vœu à 20 €"


@pytest.mark.parametrize("kind", EVERY)
def test_utf8_announced_as_latin_1(kind: str) -> None:
    assert title(read(kind, GOOD[kind].format("Forêt"), content_type="text/plain; charset=iso-8859-1")) == "Forêt"


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("charset", ["rot13", "zip", "utf-7", "inconnu"])
def test_charsets_that_are_none(kind: str, charset: str) -> None:
    body = GOOD[kind].format("Forêt").encode("cp1252")
    assert title(read(kind, body, content_type=f"text/plain; charset={charset}")) == "Forêt"


@pytest.mark.parametrize("kind", EVERY)
def test_one_broken_character_spoils_only_itself(kind: str) -> None:
    found = title(read(kind, GOOD[kind].format("Forêt à étangs @").encode().replace(b"@", b"\xe9")))
    assert found == "Forêt à étangs \ufffd"


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<!DOCTYPE html><html><body>Bienvenue</body></html>", "page web"),
        ("\ufeff\n <!-- c --><HTML lang=fr><form><input type=password>", "page de connexion"),
        ("<html><title>Site en maintenance</title></html>", "page de maintenance"),
        ("<!doctype html><title>Just a moment...</title>", "pare-feu"),
    ],
)
def test_web_page_with_status_200(kind: str, page: str, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        read(kind, page)


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("body", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_empty_answer(kind: str, body: bytes) -> None:
    with pytest.raises(ReadError, match="vide"):
        read(kind, body)


@pytest.mark.parametrize("kind", [*JSON_KINDS, "oai"])
def test_every_truncation_is_an_error(kind: str) -> None:
    body = GOOD[kind].format("Forêt").encode()
    for length in range(1, len(body)):
        with pytest.raises(ReadError):
            read(kind, body[:length])


def test_truncated_feed_is_never_whole() -> None:
    body = GOOD["feed"].format("Forêt")
    response = Response("https://w.example/", 200, {}, body[: body.index("</item>")].encode())
    page = READERS["feed"].read(response, {"complete": True})
    assert not page.whole
    assert page.problems


@pytest.mark.parametrize("kind", XML_KINDS)
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE r [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;'>]>",
        "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE r SYSTEM 'https://mechant.example/r.dtd'>",
        "<?xml version='1.0'?>\n<!-- --><!-- > --><?pi ?>\n<!DOCTYPE r [<!ENTITY % a SYSTEM 'http://127.0.0.1/'> %a;]>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_doctype_is_refused(kind: str, doctype: str, encoding: str) -> None:
    with pytest.raises(ReadError, match="DOCTYPE"):
        read(kind, (doctype + GOOD[kind].format("x")).encode(encoding))


def test_doctype_hidden_in_another_encoding() -> None:
    hidden = "<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE r [+ADwAIQ-ENTITY a 'b'>]>"
    with pytest.raises(ReadError):
        read("oai", hidden + GOOD["oai"].format("&a;"))
    page = read("feed", hidden + GOOD["feed"].format("&a;"))
    assert title(page) == "&a;"
    assert page.problems


@pytest.mark.parametrize("kind", XML_KINDS)
@pytest.mark.parametrize("start", ["<!-- sans fin", "<?xml sans fin", "texte sans balise", "<"])
def test_xml_that_is_none(kind: str, start: str) -> None:
    with pytest.raises(ReadError):
        read(kind, start)


@pytest.mark.parametrize("kind", JSON_KINDS)
@pytest.mark.parametrize("depth", [201, 100_000])
def test_deep_json(kind: str, depth: int) -> None:
    with pytest.raises(ReadError, match="niveaux"):
        read(kind, "[" * depth + "]" * depth)


def test_json_just_deep_enough() -> None:
    assert read("json_api", '[{"id": 1, "x": ' + "[" * 198 + "]" * 198 + "}]").items[0].id == "1"


def test_deep_xml() -> None:
    deep = "<a xmlns='x'>" * 5000 + "</a>" * 5000
    body = (
        GOOD["oai"]
        .replace("<dc xmlns='http://www.openarchives.org/OAI/2.0/oai_dc/'", "<b><c")
        .replace("</dc>", "</c></b>")
    )
    with pytest.raises(ReadError, match="niveaux"):
        read("oai", body.format(deep))


@pytest.mark.parametrize("kind", JSON_KINDS)
@pytest.mark.parametrize("body", ["null", "12", '"texte"', "true", "{}", "[]", "[1, 2]", '{"a": null}', '{"a": 1}'])
def test_poor_json_never_looks_like_a_full_list(kind: str, body: str) -> None:
    """Refused, or no item; and an empty list is never taken for a whole one without being said."""
    try:
        page = read(kind, body)
    except ReadError:
        return
    assert not page.items
    assert not page.whole or body == "[]"


@pytest.mark.parametrize("kind", JSON_KINDS)
def test_json_oddities(kind: str) -> None:
    """Raw control characters, half a surrogate pair, a real pair, NaN."""
    body = GOOD[kind].format("a\tb\\ud83d \\\\ud83d \\ud83d\\ude00 \\udc00")
    assert title(read(kind, body)) == "a\tb\ufffd \\ud83d 😀 \ufffd"
    assert title(read(kind, GOOD[kind].format("x").replace('"x"', "NaN"))) == "None" or kind == "yeswiki"


@pytest.mark.parametrize("kind", EVERY)
def test_ten_megabytes_in_one_field(kind: str) -> None:
    page = read(kind, GOOD[kind].format("é" * 10_000_000))
    assert title(page) == "é" * (1 << 20)
    assert "coupé" in page.problems[0].message


def test_large_page_of_short_texts() -> None:
    page = read("json_api", json.dumps([{"id": n, "t": ["x" * 100]} for n in range(10_000)]))
    assert len(page.items) == 10_000
    assert page.whole
    assert not page.problems


def test_more_items_than_a_page_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_ITEMS", 2)
    page = read("json_api", '[{"id": 1}, {"id": 2}, {"id": 3}]')
    assert [item.id for item in page] == ["1", "2"]
    assert not page.whole
    assert "plus de 2 fiches" in page.problems[0].message
    one = GOOD["oai"].format("x")
    record = one[one.index("<record>") : one.index("</ListRecords>")]
    with pytest.raises(ReadError, match="trop de notices"):
        read("oai", one.replace(record, record * 3))


@pytest.mark.parametrize("kind", EVERY)
def test_reading_leaves_no_trace(kind: str) -> None:
    body = GOOD[kind].format("Forêt")
    assert read(kind, body) == read(kind, body)


def test_items_without_id_keep_theirs() -> None:
    first, second = read("json_api", '[{"a": 1, "b": [2]}, {"a": 2}]')
    assert [item.id for item in read("json_api", '[{"a": 2}, {"b": [2], "a": 1}]')] == [second.id, first.id]
    assert len(first.id) == 16


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://a.example/2026/03/x?p=1#y", "/2026/03/x?p=1#y"),
        ("HTTP://a.example", "/"),
        ("http://[a/b", listing.digest("http://[a/b")),
        ("tag:a.example,2026:1", "tag:a.example,2026:1"),
        (" 12\x00 ", "12"),
        (12.0, "12"),
        (1.5, "1.5"),
        (0, "0"),
        (True, ""),
        (None, ""),
        ([], ""),
        ("x" * 501, listing.digest("x" * 501)),
    ],
)
def test_local_id(value: Any, expected: str) -> None:
    assert listing.local_id(value) == expected


@pytest.mark.parametrize(
    ("coordinates", "expected"),
    [
        ([4.8, 45.7], (4.8, 45.7)),
        (["4,8", " 45.7 ", 200], (4.8, 45.7)),
        ([[0, 10], [2, 12], [1, "x"]], (1.0, 11.0)),
        ([181, 0], None),
        ([0, 91], None),
        ([float("nan"), 1], None),
        (["1" + "0" * 400, 1], None),
        ([10**400, 1], None),
        ([True, 1], None),
        ([4.8], None),
        ([], None),
        (None, None),
        ("4.8,45.7", None),
    ],
)
def test_centre(coordinates: Any, expected: Any) -> None:
    assert listing.centre(coordinates) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("?page=2", "https://a.example:8443/x/?page=2"),
        ("http://a.example/y#z", "https://a.example:8443/y"),
        ("https://b.example/y", ""),
        ("//b.example/y", ""),
        ("file:///etc/passwd", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
    ],
)
def test_following_pages_stay_on_the_site(address: str, expected: str) -> None:
    assert paging.same_site("https://a.example:8443/x/", address) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<a>; rel="prev", <b,c>; title="x, y" ; rel=next', "b,c"),
        ('<a>; rel="last next"', "a"),
        ("<a>; rel=nextish", ""),
        ("<a>; rev=next", ""),
        ("", ""),
    ],
)
def test_link_header(link: str, expected: str) -> None:
    assert paging.header_next({"link": link}) == expected


@pytest.mark.parametrize("lead", [0, 1, 5])
@pytest.mark.parametrize("turn", [1, 2, 3, 7, 20])
def test_any_circle_is_noticed(lead: int, turn: int) -> None:
    addresses = [str(n) for n in range(lead)] + [f"c{n % turn}" for n in range(10 * (lead + turn) + 10)]
    carry: dict[str, Any] = {}
    with pytest.raises(ReadError, match="tourne en rond"):
        for here, there in zip(addresses, addresses[1:], strict=False):
            carry = paging.step(Response("", 200, {}, b"", carry), here, there)
    straight: dict[str, Any] = {}
    for n in range(1000):
        straight = paging.step(Response("", 200, {}, b"", straight), str(n), str(n + 1))
    assert len(json.dumps(straight)) < 60


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("Simple phrase.", "Simple phrase."),
        ("**gras** et //penché//", "<p><strong>gras</strong> et <em>penché</em></p>"),
        ("voir https://a.example//b//c", "<p>voir https://a.example//b//c</p>"),
        ("un\ndeux\n\ntrois", "<p>un<br>deux</p><p>trois</p>"),
        (" - a\n - b\nfin", "<ul><li>a</li><li>b</li></ul><p>fin</p>"),
        ("======Titre======\ntexte", "<h3>Titre</h3><p>texte</p>"),
        ("[[https://a.example/?x=1&amp;y=2 le site]]", '<p><a href="https://a.example/?x=1&amp;y=2">le site</a></p>'),
        ('[[PageX" onclick="x lien]]', '<p><a href="https://w/?PageX&quot;">onclick="x lien</a></p>'),
        ('avant {{attach file="x.png"}} après', "avant  après"),
        ("a\n----\nb", "<p>a</p><p>b</p>"),
        ("__souligné__ ==fort== @@barré@@", "<p>souligné <strong>fort</strong> barré</p>"),
        ("<p>déjà **du** HTML</p>", "<p>déjà **du** HTML</p>"),
    ],
)
def test_wiki_markup(markup: str, expected: str) -> None:
    assert wiki.to_html(markup, "https://w/") == expected


@pytest.mark.parametrize(
    "text", ["**" * 50_001, "//" + "://a" * 50_000, "[[" * 100_000, "{{" * 100_000, "\n" * 100_000, '""' * 99_999]
)
def test_wiki_markup_made_to_be_slow(text: str) -> None:
    begun = time.process_time()
    wiki.to_html(text, "https://w/")
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "text", ["<![CDATA[" * 200_000, "&" * 500_000, "&#x" * 200_000, "<?" * 300_000, "<!--" * 300_000]
)
@pytest.mark.parametrize("kind", XML_KINDS)
def test_xml_made_to_be_slow(kind: str, text: str) -> None:
    begun = time.process_time()
    with pytest.raises(ReadError):
        read(kind, text + "\x0b")
    assert time.process_time() - begun < 5


def test_reading_a_record_is_cheap() -> None:
    """A bound with a wide margin: what took 20 microseconds must not come to take 500 unnoticed."""
    one = GOOD["oai"].format("x" * 3000)
    record = one[one.index("<record>") : one.index("</ListRecords>")]
    body = one.replace(record, record * 1000).encode()
    begun = time.process_time()
    oai.read(Response("", 200, {}, body, {}), {})
    assert time.process_time() - begun < 0.5


PLAIN = f"""<?xml version="1.0"?>\n<OAI-PMH {OAI}>
<responseDate>2026-11-24T08:00:00Z</responseDate> <request verb="ListRecords">https://o.example</request>
<ListRecords> <record>
 <header><identifier> oai:1 </identifier><datestamp>2026-11-24</datestamp><setSpec>a</setSpec></header>
 <metadata> <o:dc xmlns:o="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:d="http://purl.org/dc/elements/1.1/">
  <d:title>Mare &amp; haie</d:title><d:subject/><d:subject> Eau </d:subject><d:subject>http://purl.org/dc/elements/1.1/}}title
  </d:subject><d:identifier>https://o.example/1</d:identifier></o:dc></metadata></record>
<record><header><identifier>oai:2</identifier></header><metadata></metadata></record>
<record><header><datestamp>2026-11-24</datestamp></header><metadata/></record>
<resumptionToken cursor="0" completeListSize="9">suite</resumptionToken></ListRecords></OAI-PMH>"""


def test_oai_spaces_prefixes_and_missing_identifiers() -> None:
    page = read("oai", PLAIN)
    first, second = page
    assert first.data == {
        "title": ["Mare & haie"],
        "subject": ["Eau", "http://purl.org/dc/elements/1.1/}title"],
        "identifier": ["https://o.example/1"],
        "header": {"identifier": "oai:1", "datestamp": "2026-11-24", "setSpec": ["a"]},
    }
    assert second.id == "oai:2"
    assert "identifiant" in page.problems[0].message


@pytest.mark.parametrize("collecting", [True, False])
def test_xml_leaves_the_collector_as_it_was(collecting: bool) -> None:
    before = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        read("oai", PLAIN)
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.parametrize(
    ("date", "watermark"),
    [
        ("2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z"),
        ("2026-11-24T08:00:00.123+01:00", "2026-11-24T07:00:00Z"),
        ("2026-11-24T08:00:00", "2026-11-24T08:00:00Z"),
        ("0001-01-01T00:00:00Z", ""),
        ("hier", ""),
        ("", ""),
    ],
)
def test_oai_watermark_can_always_be_asked_for(date: str, watermark: str) -> None:
    page = read("oai", PLAIN.replace("<responseDate>2026-11-24T08:00:00Z", f"<responseDate>{date}"))
    assert page.watermark == watermark


def test_oai_needs_its_own_answer() -> None:
    with pytest.raises(ReadError, match="élément « rss »"):
        read("oai", GOOD["feed"].format("x"))
    with pytest.raises(ReadError, match="ni liste ni erreur"):
        read("oai", f"<OAI-PMH {OAI}><responseDate/><ListSets/></OAI-PMH>")
    with pytest.raises(ReadError, match="badArgument bof"):
        read("oai", f'<OAI-PMH {OAI}><error code="badArgument">bof</error></OAI-PMH>')


def test_feed_that_is_none() -> None:
    with pytest.raises(ReadError, match="ni du RSS ni de l'Atom"):
        read("feed", "<a>b</a>")
    broken = {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "http://[", "title": "x"}]}
    assert "link" not in read("feed", json.dumps(broken)).items[0].data
    with pytest.raises(ReadError, match="pas un JSON Feed"):
        read("feed", '{"items": []}')
    with pytest.raises(ReadError, match="du XML"):
        read("json_api", "<rss/>")
    with pytest.raises(ReadError, match="ne peut pas être lu"):
        read("csv_file", "titre\n" + "x" * (1 << 24) + "x")
    with pytest.raises(ReadError, match="CSV"):
        read("csv_file", '{"a": 1}')


def test_yeswiki_without_form() -> None:
    with pytest.raises(ReadError, match="numéro du formulaire"):
        READERS["yeswiki"].start("https://wiki.example/", {})


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://x.example", "https://x.example/"),
        ("https://x.example/?", "https://x.example/"),
        ("https://x.example/?PagePrincipale", "https://x.example/"),
        ("https://x.example/wiki/?api/forms/5/entries", "https://x.example/wiki/"),
        ("https://x.example/wiki/api/forms/5/entries", "https://x.example/wiki/"),
        ("https://x.example/wiki/PagePrincipale", "https://x.example/wiki/"),
        ("https://x.example/wiki/index.php?x", "https://x.example/wiki/"),
        ("https://x.example/wiki", "https://x.example/wiki/"),
    ],
)
def test_yeswiki_addresses(url: str, base: str) -> None:
    assert READERS["yeswiki"].start(url, {"form": 5}).url == f"{base}?api/forms/5"


def test_json_paths_that_cannot_be_used() -> None:
    response = Response("https://w.example/", 200, {}, b'[{"id": 1}]')
    with pytest.raises(ReadError, match="pas une expression"):
        READERS["json_api"].read(response, {"items": "a["})
    assert [item.id for item in READERS["json_api"].read(response, {"items": "[?id]"})] == ["1"]
    with pytest.raises(ReadError, match="ne s'applique pas"):
        READERS["json_api"].read(response, {"id": "length(`1`)"})


@pytest.mark.parametrize(
    ("preset", "case"),
    [
        ("_ckan", "json_api-ckan-jeux"),
        ("_csv", "csv_file-excel"),
        ("_dcat", "dcat-jsonld"),
        ("_drupal", "drupal-choisi"),
        ("_feed", "feed-spip"),
        ("_geojson", "geojson-umap"),
        ("_geotrek", "geotrek-itineraires"),
        ("_geotrek", "geotrek-zones-sensibles"),
        ("_gogocarto", "json_api-gogocarto-complet"),
        ("_html", "html_page-fiches"),
        ("_ics", "ics-agenda"),
        ("_json", "json_api-gogocarto"),
        ("_mediawiki", "mediawiki-suite"),
        ("_oai", "oai-pages"),
        ("_oai", "oai-static"),
        ("_schema_org", "html_page-plan"),
        ("_spip", "html_page-spip"),
        ("_spreadsheet", "spreadsheet-commun"),
        ("_udata", "json_api-udata"),
        ("_umap", "umap-v3"),
        ("_wordpress", "wordpress-types"),
        ("_yeswiki", "yeswiki-formulaire"),
    ],
)
def test_stock_partner_is_five_lines(preset: str, case: str) -> None:
    presets = {path.stem: path.read_text() for path in (MAPPINGS / "presets").glob("_*.toml")}
    partner = f'extends = "{preset}"\n[source]\nid = "x"\nurl = "https://x.example/"\nlicence = "CC0-1.0"\n'
    source = load_source(partner, "x.toml", presets, load(MAPPINGS / "vocabulary"), "1")
    assert source is not None
    assert source.kind == case.partition("-")[0]
    item = json.loads((CASES / case / "items.json").read_text())["items"][0]
    mapped = apply(source, Item(item["id"], item["data"], item["url"]))
    assert mapped.record is not None
    assert mapped.unplaced <= {"title@en", "Description 2"}
