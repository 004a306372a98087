"""Web pages: the collective's own example in many layouts, what pages say to machines and to people, hostile ones.

Beside the walks of ``cases/html_page-*`` (``items.json``), ``records.json`` is what a partner of five lines gets of
them. ``GOLDEN=1`` writes it.
"""

from __future__ import annotations

import gzip
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from bridge.errors import ReadError
from bridge.meaning.mapping import apply
from bridge.meaning.source import Source, load_source
from bridge.meaning.vocabulary import load
from bridge.readers import html_page, markup, page_lines, page_list, page_parts, page_text, sitemap
from bridge.record import Item, Page, Request, Response, to_json
from bridge.recording import replay

CASES = Path(__file__).parent / "cases"
MAPPINGS = Path(__file__).parents[1] / "mappings"
SITE = "https://n.example"


def answer(body: str | bytes, url: str = f"{SITE}/a", carry: dict[str, Any] | None = None, type: str = "") -> Response:
    raw = body if isinstance(body, bytes) else body.encode()
    return Response(url, 200, {"content-type": type} if type else {}, raw, carry or {})


def listed(body: str | bytes, carry: dict[str, Any] | None = None, **options: Any) -> Page:
    return html_page.read(answer(body, f"{SITE}/liste", carry), options)


def detail(body: str | bytes, url: str = f"{SITE}/a", type: str = "", **options: Any) -> dict[str, Any]:
    (item,) = html_page.read(answer(body, url, {"item": f"{SITE}/a"}, type), options)
    return dict(item.data)


def said(body: str, heading: str = "") -> page_text.Said:
    root = markup.parse(answer(body))
    return page_text.read(page_parts.main(root), f"{SITE}/", heading)


def page(main: str, title: str = "Fiche") -> str:
    return f"<html><head><title>{title}</title></head><body><main>{main}</main></body></html>"


# The collective's own example ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "preset"), [("fiches", "_html"), ("plan", "_schema_org"), ("spip", "_spip"), ("blocs", "_html")]
)
def test_records_of_a_stock_partner(case: str, preset: str) -> None:
    source = stock(preset)
    found = []
    for each in replay(html_page, CASES / f"html_page-{case}")["items"]:
        mapped = apply(source, Item(each["id"], each["data"], each["url"]))
        assert mapped.record is not None
        assert not mapped.problems
        found.append(to_json(mapped.record))
    expected = CASES / f"html_page-{case}" / "records.json"
    if os.environ.get("GOLDEN"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    assert json.loads(json.dumps(found)) == json.loads(expected.read_text())


def stock(preset: str) -> Source:
    """What a partner of five lines is, over a preset."""
    presets = {path.stem: path.read_text() for path in (MAPPINGS / "presets").glob("_*.toml")}
    partner = f'extends = "{preset}"\n[source]\nid = "x"\nurl = "https://x.example/"\nlicence = "CC0-1.0"\n'
    source = load_source(partner, "x.toml", presets, load(MAPPINGS / "vocabulary"), "1")
    assert source is not None
    return source


@pytest.mark.parametrize("preset", ["_html", "_schema_org", "_spip"])
def test_options_of_the_presets_are_sound(preset: str) -> None:
    assert detail(page("<h1>x</h1>"), **stock(preset).options)["title"] == "x"


@pytest.mark.parametrize(
    "moment",
    ["<time pubdate datetime='2016-01-02T10:00:00Z'>", "<abbr class='published' title='2016-01-02T10:00:00Z'>"],
)
def test_stock_spip(moment: str) -> None:
    source = stock("_spip")
    body = (
        f"<div class=cartouche><p class='surtitre'>S</p><h1>Mare</h1><p class='info-publi'>{moment}2 janvier</p></div>"
        "<div class='crayon article-chapo-1 chapo'><p>Le chapo.</p></div><div class=texte><p>Le texte.</p></div>"
        "<div class=ps>P</div><div class='liste mots'><a href='/m' rel=tag>Haies</a></div>"
    )
    record = apply(source, Item("1", detail(page(body), **source.options))).record
    assert record is not None
    assert (record.title, record.abstract, record.created) == ("Mare", "Le chapo.", "2016-01-02T10:00:00Z")
    assert record.keywords == ("Haies",)


def test_one_resource_in_ten_layouts_is_one_resource() -> None:
    records = json.loads((CASES / "html_page-fiches" / "records.json").read_text())
    assert len(records) == 10
    for record in records:
        assert record["title"] in ("Lyon", "Lyon (Rhône)", "Plan vert")
        assert record["territories"] == ["commune/69123"]
        assert [each["name"] for each in record["leads"]] == ["Ville de Lyon"]
        assert record["department"] == "Direction des espaces verts"
        assert [each["name"] for each in record["partners"]] == ["LPO Rhône", "Université Lyon 1"]
        assert [each["name"].replace("’", "'") for each in record["funders"]] == [
            "Agence de l'eau Rhône Méditerranée Corse"
        ]
        assert record["budget_text"].startswith("9 mois")
        assert record["budget"] == {"value": 12000.0, "tax": "TTC", "approx": False}
        assert record["period"] == "2014-04/2015-07"
        assert record["abstract"].startswith("Réunir en un seul plan les continuités")


def test_nobody_is_named_in_the_cases() -> None:
    """The pages name a contact, an author, a commenter; only the author of a book is left."""
    for case in CASES.glob("html_page-*"):
        told = (case / "items.json").read_text()
        assert told.count("Jeanne Martin") == (case.name == "html_page-plan")
        assert not any(word in told for word in ("Durand", "@", "04 72")) or case.name == "html_page-plan"
    plan = (CASES / "html_page-plan" / "items.json").read_text()
    assert "Durand" not in plan and "04 72" not in plan and "j.martin" not in plan


# The walk --------------------------------------------------------------------------------------------------------

BLOCKS = (
    '<ul><li><a href="/x#h">X</a></li><li><a href="mailto:a@b.fr">M</a> <a href="y">Lire la suite</a></li>'
    '<li><a href="https://ailleurs.example/z">Z</a></li><li>rien</li><li><a href="/x">X encore</a></li></ul>'
)


def test_list_of_links() -> None:
    found = listed(page(BLOCKS), list="li")
    assert [(each.url, each.mark, each.single, each.pause) for each in found.next] == [
        (f"{SITE}/x", "list", True, 5.0),
        (f"{SITE}/y", "list", True, 5.0),
    ]
    assert found.next[0].carry == {"item": f"{SITE}/x", "list": {"title": "X"}}
    assert found.next[1].carry == {"item": f"{SITE}/y", "list": {}}
    assert found.whole
    assert [each.message for each in found.problems] == [
        "Blocs de la liste sans lien vers une page du même site, laissés de côté : 2."
    ]
    assert not listed(page('<ul><li><a href="//b.example/">B</a></li></ul>'), list="li").whole


def test_what_a_block_says() -> None:
    body = page(
        '<a class="c" href="/p"><h3></h3><h3>Mare</h3><img src="data:x"><img src="/logo.png"><img src="m.jpg">'
        "<p class='auteurs'>Jeanne Martin</p><p>Un texte. Tél. 04 72 00 00 00</p>"
        "<span class='post-date'>3 mai 2020</span></a><div class='c'><a href='/q' title='La haie'>Voir</a></div>"
        "<a href='/r'><div class='c'>Rue</div></a>"
    )
    found = listed(body, list=".c").next
    assert found[0].carry["list"] == {
        "title": "Mare",
        "text": "Un texte.",
        "date": "3 mai 2020",
        "image": f"{SITE}/m.jpg",
    }
    assert found[1].carry["list"] == {"title": "La haie"}
    assert found[2].url == f"{SITE}/r"


def test_link_option_and_nested_blocks() -> None:
    body = page("<div class='b'><div class='b'><a href='/no'>1</a><a class='go' href='/yes'>2</a></div></div>")
    (request,) = listed(body, list=".b", link=".go").next
    assert request.url == f"{SITE}/yes"
    assert not listed(body, list=".b", link=".absent").next


@pytest.mark.parametrize(
    ("link", "options", "expected"),
    [
        ('<link rel="next" href="?p=2">', {}, "/liste?p=2"),
        ('<a rel="nofollow next" href="?p=2">2</a>', {}, "/liste?p=2"),
        ('<div class="pagination"><a href="?p=2">Page suivante</a></div>', {}, "/liste?p=2"),
        ('<nav><a href="?p=2" aria-label="Suivant">2</a></nav>', {}, "/liste?p=2"),
        ('<div class="pager"><span><a href="?p=2">»</a></span></div>', {}, "/liste?p=2"),
        ('<div class="pager"><a href="#">Suivant</a></div>', {}, ""),
        ("<p><a href='?p=2'>Suivant</a></p>", {}, ""),
        ('<div class="pager"><a href="?p=3">3</a></div>', {}, ""),
        ('<a class="plus" href="?p=2">Encore</a>', {"next": "a.plus"}, "/liste?p=2"),
        ('<a class="plus">Encore</a>', {"next": "a.plus"}, ""),
        ('<a rel="next" href="https://b.example/">2</a>', {}, ""),
        ('<a rel="next" href="/liste">2</a>', {}, ""),
    ],
)
def test_next_list_page(link: str, options: dict[str, str], expected: str) -> None:
    found = listed(page(f"<p class=b><a href='/x'>x</a></p>{link}"), list=".b", **options)
    assert [each.url.removeprefix(SITE) for each in found.next if not each.single] == [expected] * bool(expected)


def test_list_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    body = page("<p class=b><a href='/x'>x</a></p><a rel=next href='/liste?p=9'>9</a>")
    with pytest.raises(ReadError, match="tourne en rond"):
        listed(body, {"steps": 5, "mark": f"{SITE}/liste?p=9"}, list=".b")
    monkeypatch.setattr(html_page, "LIST_PAGES", 5)
    found = listed(body, {"steps": 5, "mark": ""}, list=".b")
    assert [each.url for each in found.next] == [f"{SITE}/x"]
    assert not found.whole
    assert "dépasse 5 pages" in found.problems[0].message


def test_list_without_blocks() -> None:
    with pytest.raises(ReadError, match="manque l'option « list »"):
        listed(page("<p>Bienvenue</p>"))
    with pytest.raises(ReadError, match="Aucun bloc"):
        listed(page("<p>Bienvenue</p>"), list=".b")
    later = listed(page("<p>Bienvenue</p>"), {"steps": 2, "mark": ""}, list=".b")
    assert not later.whole
    assert later.problems[0].message == "La page 3 de la liste ne contient aucune fiche."


@pytest.mark.parametrize("kind", ["list", "link", "next", "content", "select"])
@pytest.mark.parametrize("css", ["p[", "::before", "p:nth-child(", "p::attr(x", 12, "  ", ":has()"])
def test_selectors_that_are_none(kind: str, css: Any) -> None:
    options = {"list": "p", kind: {"x": css} if kind == "select" else css}
    carry = {"item": f"{SITE}/a"} if kind in ("content", "select") else {}
    with pytest.raises(ReadError, match=f"option « {kind}"):
        html_page.read(answer(page("<p><a href='/x'>x</a></p>"), carry=carry), options)


def test_selector_that_the_page_defeats(monkeypatch: pytest.MonkeyPatch) -> None:
    def defeated(*_: Any) -> Any:
        raise etree.XPathEvalError("nodeset limit")

    monkeypatch.setattr(page_parts, "_selector", lambda *_: defeated)
    with pytest.raises(ReadError, match="ne s'applique pas à cette page"):
        listed(page("<p>x</p>"), list="p")


def test_select_that_is_no_table() -> None:
    with pytest.raises(ReadError, match="doit être une table"):
        detail(page("<h1>x</h1>"), select="h1")


def test_select() -> None:
    body = page("<h1>T</h1><ul><li>a<li>b</ul><a class=d href='f.pdf' data-mail='a@b.fr' data-n='1'>f</a><p></p>")
    select = {"un": "h1", "tous": "li", "fichier": "a.d::attr(href)", "n": "a.d::attr( data-n )", "rien": "p"}
    assert detail(body, select={**select, "mail": "a.d::attr(data-mail)"})["select"] == {
        "un": "T",
        "tous": ["a", "b"],
        "fichier": f"{SITE}/f.pdf",
        "n": "1",
    }


def test_content_option() -> None:
    body = page("<div class=x><p>Le bon.</p></div><p>Le reste.</p>")
    assert detail(body, content=".x")["text"] == "<p>Le bon.</p>"
    assert detail(body, content=".absent")["text"] == "<p>Le bon.</p><p>Le reste.</p>"


def test_block_without_link_is_named_by_its_content() -> None:
    found = listed(page("<p class=b>Un<br>deux</p><p class=b><time datetime='2020-01-01'>x</time> Trois</p>"),
                   list=".b", detail=False)  # fmt: skip
    first, second = found
    assert len(first.id) == 16
    assert first.url == f"{SITE}/liste"
    assert first.data == {"text": "<p>Un<br>deux</p>"}
    assert second.data["list"] == {"date": "2020-01-01"}


def test_page_that_is_gone() -> None:
    with pytest.raises(ReadError, match="renvoie à son accueil"):
        detail(page("<h1>Accueil</h1>"), url=f"{SITE}/")
    (item,) = html_page.read(answer(page("<h1>Accueil</h1>"), f"{SITE}/", {"item": f"{SITE}/"}), {})
    assert item.id == "/"
    assert detail(page("<h1>x</h1>"), url=f"{SITE}/?p=1")["title"] == "x"


# Sitemaps --------------------------------------------------------------------------------------------------------


def urlset(*addresses: str, dated: str = "") -> str:
    rows = "".join(f"<url><loc>{each}</loc>{dated}</url>" for each in addresses)
    return f"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>"


def index(*addresses: str) -> str:
    rows = "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in addresses)
    return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</sitemapindex>"


def test_start_pauses_longer_before_pages() -> None:
    assert html_page.start(f"{SITE}/actions", {}).pause == 5
    assert html_page.start(f"{SITE}/sitemap_index.xml.gz", {}).pause == 1
    assert html_page.start(f"{SITE}/spip.php?page=sitemap", {}).pause == 1


def test_sitemap_marks() -> None:
    body = urlset(f"{SITE}/a", f"{SITE}/b.html", dated="<lastmod> 2024-05-02 </lastmod>")
    assert [each.mark for each in listed(body).next] == ["2024-05-02", "2024-05-02"]
    (request,) = listed(urlset(f"{SITE}/a/é")).next
    assert request == Request(f"{SITE}/a/é", {"item": f"{SITE}/a/é"}, mark="sitemap", single=True, pause=5.0)
    assert listed(urlset(f"{SITE}/a/%C3%A9", f"{SITE}/b"), only="é").next[0].url == f"{SITE}/a/%C3%A9"


def test_sitemap_without_any_page() -> None:
    for body in (urlset(), urlset(f"{SITE}/"), urlset(f"{SITE}/x.pdf"), index()):
        with pytest.raises(ReadError, match="Aucune adresse du sitemap"):
            listed(body)
    assert not listed(urlset(), {"left": [], "pages": 3, "read": 2}).next


def test_more_pages_than_a_sitemap_may_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_PAGES", 3)
    carry = {"left": [f"{SITE}/s2.xml"], "pages": 2, "read": 1}
    found = listed(urlset(f"{SITE}/a", f"{SITE}/b"), carry)
    assert [each.url for each in found.next] == [f"{SITE}/a"]
    assert not found.whole
    assert [each.message for each in found.problems] == [
        "Le sitemap nomme plus de 3 pages : les suivantes sont laissées de côté."
    ]


def test_index_of_sitemaps(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{SITE}/fiche-sitemap.xml", f"{SITE}/page-sitemap.xml", f"{SITE}/author-sitemap.xml", "http://[", "//b/c"]
    (request,) = listed(index(*names)).next
    assert request.url == names[0]
    assert request.carry == {"left": names[1:2], "pages": 0, "read": 1}
    (request,) = listed(index(*names), only=["/page/"]).next
    assert request.carry == {"left": [], "pages": 0, "read": 1}
    (request,) = listed(index(*names), only=["/xyz/"]).next
    assert request.url == names[0]
    monkeypatch.setattr(sitemap, "MAX_SITEMAPS", 2)
    found = listed(index(*names[:2], f"{SITE}/c.xml"))
    assert found.next[0].carry["left"] == []
    assert not found.whole
    assert "plus de 2 sitemaps" in found.problems[0].message
    endless = listed(index(f"{SITE}/index.xml"), {"left": [], "pages": 0, "read": 5})
    assert not endless.next
    assert not endless.whole


def test_compressed_sitemap(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(urlset(f"{SITE}/a").encode())
    assert [each.url for each in listed(packed).next] == [f"{SITE}/a"]
    with pytest.raises(ReadError, match="abîmé"):
        listed(packed[:10] + b"\xff" * 20)
    with pytest.raises(ReadError, match="coupé"):
        listed(packed[:-12])
    monkeypatch.setattr(sitemap, "MAX_SIZE", 100)
    with pytest.raises(ReadError, match="trop grand"):
        listed(packed)


def test_feed_in_place_of_a_sitemap() -> None:
    with pytest.raises(ReadError, match="un flux"):
        listed("<?xml version='1.0'?><rss version='2.0'><channel/></rss>")
    with pytest.raises(ReadError, match="XML complet"):
        listed(urlset(f"{SITE}/a")[:-5])


# What stands before a site -----------------------------------------------------------------------------------------

MENU = "<nav>" + "<a href='/x'>Se connecter</a>" * 11 + "</nav>"
LONG = "<p>" + "Une phrase de la fiche. " * 20 + "</p>"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<title>Connexion</title><form><input type=text><input type=PASSWORD></form>", "page de connexion"),
        (f"{MENU}<h1>Mon compte</h1><form><input type=password></form>", "page de connexion"),
        ("<title>Se connecter à l'extranet</title><p>…</p>", "page de connexion"),
        ("<title>Site en maintenance</title><h1>Bientôt</h1>", "page de maintenance"),
        ("<!DOCTYPE html><title>Just a moment...</title><script>x</script>", "pare-feu"),
        ('<title>Login</title><h1>Log in</h1><script type="application/ld+json">{"@type": "WebPage"}</script>', "conn"),
    ],
)
def test_page_before_the_site(body: str, what: str) -> None:
    for read in (detail, listed, lambda page: listed(page, list=".b")):
        with pytest.raises(ReadError, match=f"{what}.*la page attendue"):
            read(body)


@pytest.mark.parametrize(
    "body",
    [
        f"{MENU}<h1>La maintenance des mares</h1><p>Court.</p>",
        f"<h1>Se connecter à la nature</h1>{LONG}",
        f"<h1>Fiche</h1>{LONG}<form><input type=password></form>",
        "<h1>Fiche</h1><header><form><input type=password></form></header><p>Court.</p>",
        "<h1>Fiche</h1><div class='modal'><input type=password></div><p>Court.</p>",
        "<h1>Log in</h1><dl><dt>Lieu</dt><dd>Lyon</dd></dl>",
        '<h1>Log in</h1><script type="application/ld+json">{"@type": "Article", "name": "Log in"}</script>',
    ],
)
def test_page_that_only_mentions_it(body: str) -> None:
    assert detail(body)["title"]


# Pages as they come ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-15"])
@pytest.mark.parametrize("how", ["header", "meta", "http-equiv", "xml"])
def test_encodings(encoding: str, how: str) -> None:
    said = {"meta": f'<meta charset="{encoding}">',
            "http-equiv": f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">'}  # fmt: skip
    body = f"<html><head>{said.get(how, '')}<title>x</title></head><body><h1>Vœu d’été à 20 €</h1></body></html>"
    if encoding == "iso-8859-15":
        body = body.replace("’", "'")
    body = f'<?xml version="1.0" encoding="{encoding}"?>{body}' if how == "xml" else body
    type = f"text/html; charset={encoding}" if how == "header" else "text/html"
    assert detail(body.encode(encoding), type=type)["title"].replace("'", "’") == "Vœu d’été à 20 €"


@pytest.mark.parametrize("body", ["", " \r\n", "\ufeff", "\x00\x01"])
def test_empty(body: str) -> None:
    for read in (detail, lambda page: listed(page, list="p")):
        with pytest.raises(ReadError, match="vide"):
            read(body)


@pytest.mark.parametrize("body", ['{"a": "<p>"}', "[1]", "Bonjour", "%PDF-1.4 <", "PK\x03\x04" + "x" * 2000])
def test_no_page(body: str) -> None:
    with pytest.raises(ReadError, match="pas une page web"):
        detail(body)


def test_page_that_cannot_be_parsed() -> None:
    for body in ("<!-- rien", "<?pi ?>"):
        with pytest.raises(ReadError, match="illisible"):
            detail(body)


def test_page_that_the_parser_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some versions of the parser raise where others find nothing."""

    def refuse(*_: Any) -> None:
        raise etree.XMLSyntaxError("vide", 1, 1, 1)

    monkeypatch.setattr(markup.etree, "fromstring", refuse)
    with pytest.raises(ReadError, match="illisible"):
        detail("<p>x")


def test_page_without_body() -> None:
    assert detail("<frameset><frame src='x'></frameset>") == {"url": f"{SITE}/a"}


def test_titles() -> None:
    site = '<meta property="og:site_name" content="Nature">'
    assert detail("<title>Mare – Nature</title><p>x")["title"] == "Mare"
    assert detail(f"<title>Nature | Mare</title>{site}<h1>Nature</h1><p>x")["title"] == "Mare"
    assert detail(f"{site}<meta property='og:title' content='Mare'><h1>NATURE</h1>")["title"] == "Mare"
    assert (
        detail('<h1>Vrai</h1><script type="application/ld+json">{"@type":"WebPage","name":"Faux"}</script>')["title"]
        == "Vrai"
    )
    carried = Response(
        f"{SITE}/a", 200, {}, b"<p>Mer (Loir-et-Cher) 47.7", {"item": f"{SITE}/a", "list": {"title": "L"}}
    )
    assert html_page.read(carried, {}).items[0].data["title"] == "L"
    assert detail("<p>Blois (Loir-et-Cher) 47.586")["title"] == "Blois (Loir-et-Cher)"
    assert "title" not in detail("<p>Bienvenue")


def test_addresses() -> None:
    head = "<base href='/b/'><link rel=canonical href='c'><meta property='og:image' content='i.jpg'>"
    found = detail(f"{head}<h1>x</h1><p><a href='d'>d</a> <a href='#e'>e</a> <a href='http://[x'>f</a>")
    assert found["url"] == f"{SITE}/b/c"
    assert found["text"] == f'<p><a href="{SITE}/b/d">d</a> e f</p>'
    assert detail("<link rel=canonical href='/'><h1>x</h1>")["url"] == f"{SITE}/a"
    assert (
        detail("<base href='mailto:x'><link rel=canonical href='https://b.example/c'><h1>x</h1>")["url"] == f"{SITE}/a"
    )
    assert markup.address("http://[", "") == ""
    assert markup.address("https://exa\u2100mple.fr/", "") == ""
    assert markup.address("HTTPS://a.example", "x") == "HTTPS://a.example"


def test_meta_and_language() -> None:
    body = (
        "<html xml:lang='fr'><meta name=Description content='Un résumé, a@b.fr'><meta name=author content=Jeanne>"
        "<meta property='article:tag' content=mare><meta property='article:tag' content=haie>"
        "<meta property='article:tag' content=eau><meta name=keywords content=x><meta name=keywords content=x>"
        "<meta name=viewport content=w><meta property='article:modified_time' content='2024-01-01'><h1>x</h1>"
    )
    found = detail(body)
    assert found["meta"] == {"description": "Un résumé", "article:tag": ["mare", "haie", "eau"], "keywords": "x"}
    assert found["language"] == "fr"
    assert found["modified"] == "2024-01-01"
    assert detail("<meta property='og:locale' content='fr_FR'><h1>x")["language"] == "fr-FR"
    assert detail("<html lang=' '><h1>x<time class='updated' datetime='2024-02-01'>")["modified"] == "2024-02-01"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("https://i.example/x.jpg", "https://i.example/x.jpg"),
        ([{"contentUrl": "/x.jpg"}], f"{SITE}/x.jpg"),
        ({"@id": "/y.jpg"}, f"{SITE}/y.jpg"),
        ({"name": "x"}, f"{SITE}/og.jpg"),
    ],
)
def test_picture(schema: Any, expected: str) -> None:
    script = json.dumps({"@type": "Article", "name": "x", "image": schema})
    head = f"<meta property='og:image' content='{SITE}/og.jpg'>"
    assert detail(f'{head}<h1>x</h1><script type="application/ld+json">{script}</script>')["image"] == expected


def test_pictures_of_decoration() -> None:
    body = (
        "<img src='data:a'><img src='/logo.png'><img src=a.jpg width=16><img src='javascript:x'><img>"
        "<div class='sharedaddy'><img src='s.jpg'></div><picture><img src='x.jpg' data-src='vrai.jpg' width='300px'>"
    )
    assert said(page(body)).image == f"{SITE}/vrai.jpg"
    assert said(page("<p>x</p>" + "<img src=x.svg>" * 60 + "<img src=late.jpg>")).image == ""


# schema.org ------------------------------------------------------------------------------------------------------


def schema(*values: Any) -> dict[str, Any]:
    scripts = "".join(
        f'<script type="application/ld+json">{each if isinstance(each, str) else json.dumps(each)}</script>'
        for each in values
    )
    return markup.schema(markup.parse(answer(f"<html>{scripts}<p>x</p>")), f"{SITE}/")


def test_json_ld_as_it_comes() -> None:
    assert schema("{cassé", "", "[" * 5000, '<!-- {"@type": "Event", "name": "a\tb"} -->') == {
        "@type": "Event",
        "name": "a\tb",
    }
    assert schema('/*<![CDATA[*/{"@type": "HowTo", "x": NaN}/*]]>*/') == {"@type": "HowTo"}
    assert schema(["x", 1, [{"@type": "Dataset", "name": "d"}]]) == {"@type": "Dataset", "name": "d"}
    assert schema({"@type": "Article", "name": {"@value": "n", "@language": "fr"}, "about": {"@list": ["a"]}}) == {
        "@type": "Article",
        "name": "n",
        "about": ["a"],
    }
    assert schema('{"@type": "Article", "name": "x", "pad": "' + "é" * (1 << 20) + '"}') == {}
    assert schema({"@type": "Article", "name": "\ud800\x01x", "url": " ", "n": 3, "b": True}) == {
        "@type": "Article",
        "name": "x",
        "n": 3,
        "b": True,
    }


def test_main_object() -> None:
    site = {"@type": "WebSite", "name": "s"}
    assert schema(site, {"@type": "Person", "name": "p"}, {"name": "sans type"}, {"@type": 3}) == {}
    webpage = {"@type": ["WebPage", "FAQPage"], "name": "w"}
    assert schema(site, webpage)["name"] == "w"
    inside = {**webpage, "mainEntity": {"@type": "https://schema.org/Article", "name": "a"}}
    assert schema(inside) == {"@type": "Article", "name": "a"}
    assert schema({"@type": "Course", "name": "un"}, {"@type": "Event", "name": "deux"})["name"] == "un"


def test_persons_are_left_out() -> None:
    person = {"@type": "Person", "name": "Jeanne Martin", "email": "j@a.fr"}
    company = {"@type": "NGO Organization", "name": "Asso"}
    article = {
        "@type": "Article",
        "author": [person, "Paul Durand", {"@id": "#p"}, {"@type": "Organization", "name": "Parc", "email": "a@b.fr"}],
        "about": person,
        "mentions": [person, "Une mare"],
        "provider": {**company, "telephone": "0472000000", "schema:name": "Asso"},
        "comment": [{"text": "x"}],
    }
    assert schema(article, {**person, "@id": "#p"}) == {
        "@type": "Article",
        "author": [{"@type": "Organization", "name": "Parc"}],
        "mentions": ["Une mare"],
        "provider": {"@type": "NGO Organization", "name": "Asso"},
    }
    book = {"@type": "Book", "author": [{"@id": "#p"}, "Paul Durand", {"name": " "}, 3], "editor": {"name": "Ed"}}
    assert schema(book, {**person, "@id": "#p"}) == {
        "@type": "Book",
        "author": [{"@type": "Person", "name": "Jeanne Martin"}, {"name": "Paul Durand"}],
        "editor": [{"name": "Ed"}],
    }
    assert "author" not in schema({"@type": "Article", "author": "Paul Durand", "name": "x"})


def test_references_are_bounded() -> None:
    nodes = [{"@id": f"#{n}", "@type": "Thing", "next": [{"@id": f"#{m}"} for m in range(50)]} for n in range(50)]
    begun = time.process_time()
    assert schema({"@graph": nodes})
    assert time.process_time() - begun < 5
    deep: dict[str, Any] = {"@type": "Article", "name": "x"}
    for _ in range(40):
        deep = {"@type": "Article", "part": deep}
    assert "name" not in json.dumps(schema(deep))
    long = schema({"@type": "Article", "parts": ["x" * 40_000] * 20})
    assert len(json.dumps(long)) < 600_000


def test_microdata() -> None:
    body = (
        "<span itemprop=orphan>x</span><div itemscope itemtype='http://schema.org/Event'><b itemprop=name>N</b>"
        "<meta itemprop=description content=' D '><time itemprop=startDate datetime='2020-01-01'>1er</time>"
        "<img itemprop=image><a itemprop='url sameAs' href='/u'>u</a><data itemprop=code value=7>sept</data>"
        "<i itemprop=keywords>a</i><i itemprop=keywords>b</i><i itemprop=keywords>c</i><i itemprop=empty></i>"
        "<p itemprop=location itemscope><i itemprop=name>Lyon</i></p><i itemprop=offers itemscope></i></div>"
    )
    assert markup.schema(markup.parse(answer(body)), f"{SITE}/") == {
        "@type": "Event",
        "name": "N",
        "description": "D",
        "startDate": "2020-01-01",
        "url": f"{SITE}/u",
        "sameAs": f"{SITE}/u",
        "code": "7",
        "keywords": ["a", "b", "c"],
        "location": {"name": "Lyon"},
    }


def test_microdata_is_bounded() -> None:
    nested = "<div itemscope itemtype='http://schema.org/Event'>" + "<section itemprop=x>y" * 100 + "z" * 60_000
    begun = time.process_time()
    markup.schema(markup.parse(answer(nested + "<b itemprop=name>N</b>")), f"{SITE}/")
    assert time.process_time() - begun < 5


# What people read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("<p><strong>Lieu :</strong> Lyon</p>", {"Lieu": "Lyon"}),
        ("<p><b>Lieu</b> : Lyon</p>", {"Lieu": "Lyon"}),
        ("<p><b>Lieu</b>&nbsp;<i>: Lyon</i></p>", {"Lieu": "Lyon"}),
        ("<p><b>Lieu : Lyon</b></p>", {"Lieu": "Lyon"}),
        ("<p><b>Lieu :</b> Lyon <b>Budget :</b> 3 €</p>", {"Lieu": "Lyon", "Budget": "3 €"}),
        ("<p><b>L’action</b> : x</p>", {"L'action": "x"}),
        ("<p><b>Avec :</b> A<br>B<br><br>Du texte.</p>", {"Avec": ["A", "B"]}),
        ("<p><b>Avec :</b><br>A<br><b>Lieu :</b> Lyon</p>", {"Avec": "A", "Lieu": "Lyon"}),
        ("<p><b>Avec :</b></p><ul><li>A<li>B<li>Coût : d</ul>", {"Avec": ["A", "B"], "Coût": "d"}),
        ("<p><b>Avec :</b> A<br>a@b.fr<br>B</p>", {"Avec": ["A", "B"]}),
        ("<p><b>Avec :</b></p><ul><li>a@b.fr<li>B</ul>", {"Avec": "B"}),
        ("<p><b>Avec :</b> A</p><p><b>Avec :</b> B</p><p><b>Avec :</b> C</p>", {"Avec": ["A", "B", "C"]}),
        ("<ul><li>Lieu : Lyon<li>à 12 : 30<li>http://x : y<li>Une phrase. Deux : x</ul>", {"Lieu": "Lyon"}),
        ("<dl><dt>Lieu</dt><dd>Lyon</dd><dt>Vide</dt><dt>Avec</dt><dd>A</dd><dd>B</dd></dl>",
         {"Lieu": "Lyon", "Avec": ["A", "B"]}),
        ("<dl><dt>Avec</dt><dd><p>A</p><p>B</p></dd></dl>", {"Avec": ["A", "B"]}),
        ("<table><tr><td>Lieu :<td>Lyon<tr><td colspan=2>Titre<tr><th>Avec<td>A<br>B</table>",
         {"Lieu": "Lyon", "Avec": ["A", "B"]}),
        ("<table><tr><th>Poste<th>Coût<tr><td>Haie<td>3 €</table>", {}),
        ("<table><tr><td>a<td>b<td>c<tr><td>Lieu<td>Lyon</table>", {}),
        ("<table><tr><td><td>b</table>", {}),
        ("<table>x</table><td>y<tr><td>z", {}),
        ("<p><span class='fiche-label'>Lieu</span> <span>Lyon</span></p>", {"Lieu": "Lyon"}),
        ("<div><span class=label>Lieu</span><div>Lyon</div></div>", {"Lieu": "Lyon"}),
        ("<div><p class=libelle>Lieu</p></div><p>x</p>", {}),
        ("<p><span class=label>Biodiversité</span></p>", {}),
        ("<h3><span class=label>Neuf</span> Titre</h3><p>x</p>", {}),
        (f"<p><b>{'Lieu' * 30} :</b> Lyon</p>", {}),
        ("<p><b>:</b> Lyon</p>", {}),
        ("<p><b>Lieu :</b></p><p>Lyon</p>", {}),
        ("<p><b>Attention</b>, ceci n'est rien.</p>", {}),
        (f"<dl><dt>Tout</dt>{'<dd>x</dd>' * 51}</dl>", {}),
        (f"<p><b>Tout :</b> {'x' * 5001}</p>", {}),
        ("<dl><dt>Tout</dt><dd><h3>Partie</h3>x</dd></dl>", {}),
        ("<p><b>Site :</b> <a href='https://b.example/'>le site</a></p>",
         {"Site": "le site", "Site (lien)": "https://b.example/"}),
        ("<p><b>Doc :</b> <a href='/x.pdf'>lire</a>, <a href='/y'>voir</a></p>",
         {"Doc": "lire, voir", "Doc (lien)": f"{SITE}/x.pdf"}),
        ("<p><b>Lieu :</b> <a href='#x'>Lyon</a></p>", {"Lieu": "Lyon"}),
    ],
)  # fmt: skip
def test_pairs(body: str, fields: dict[str, Any]) -> None:
    assert said(page(body)).fields == fields


@pytest.mark.parametrize(
    "label",
    ["Contact", "CONTACTS", "Courriel", "E-mail", "Tél", "Téléphone", "Référente", "Référent du projet", "Auteur(s)",
     "Responsable", "Rédigé par", "Chargée de mission", "Personne à contacter", "Prénom", "N° de téléphone"],
)  # fmt: skip
def test_labels_of_people(label: str) -> None:
    for body in (
        f"<p>Début.</p><p><b>{label} :</b> Jeanne Martin</p><p>Fin.</p>",
        f"<p>Début.</p><dl><dt>{label}</dt><dd>Jeanne Martin</dd></dl><p>Fin.</p>",
        f"<p>Début.</p><h4>{label}</h4><p>Jeanne Martin</p><p><b>Nom :</b> Jeanne</p><h4>Fin</h4><p>Fin.</p>",
    ):
        found = said(page(body))
        assert "Jeanne" not in json.dumps([found.fields, found.sections, found.text])
        assert found.text.startswith("<p>Début.</p>")
        assert found.text.endswith("<p>Fin.</p>")


def test_labels_that_only_look_like_it() -> None:
    body = "".join(f"<p><b>{label} :</b> x</p>" for label in ("Contacté en", "Portables", "Public", "Adressage"))
    assert len(said(page(body)).fields) == 4


def test_name_beside_a_first_name() -> None:
    assert said(page("<p><b>Nom :</b> Martin</p><p><b>Prénom :</b> Jeanne</p>")).fields == {}
    assert said(page("<p><b>Nom :</b> Mare du bois</p>")).fields == {"Nom": "Mare du bois"}


def test_addresses_of_people_inside_texts() -> None:
    body = (
        "<p><b>Inscription :</b> écrire à a@b.fr ou <a href='mailto:a@b.fr'>ici</a></p><p>Tél. 04 72 00 00 00</p>"
        "<p>Voir <a href='/x'>là</a>, nom<b>@</b>site.fr</p><p>Voir <a href='/x'>là</a></p><p><b>Lieu :</b> a@b.fr</p>"
    )
    found = said(page(body))
    assert found.fields == {"Inscription": "écrire à ou"}
    assert found.text == f'<p>Voir là</p><p>Voir <a href="{SITE}/x">là</a></p>'


def test_sections() -> None:
    body = (
        "<h1>T</h1><p><b>Lieu :</b> Lyon</p><h2>Contexte :</h2><p>Un <b>gras</b>.</p><p><b>Coût :</b> 3 €</p>"
        "<h3>Vide</h3><h3>Suite</h3><ul><li>a<li>b</ul><p><b>BILAN</b></p><p>c<br>d<br><br>e</p>"
        f"<p><b>{'Un chapeau tout en gras ' * 6}</b></p><p><b>Fini.</b></p><p>T</p>"
    )
    found = said(page(body))
    assert found.sections == {
        "Contexte": "<p>Un <strong>gras</strong>.</p><p><strong>Coût :</strong> 3 €</p>",
        "Suite": "<ul><li>a</li><li>b</li></ul>",
        "BILAN": f"<p>c<br>d</p><p>e</p><p><strong>{('Un chapeau tout en gras ' * 6).strip()}</strong></p>"
        "<p><strong>Fini.</strong></p><p>T</p>".replace("  ", " "),
    } or found.sections["BILAN"].startswith("<p>c<br>d</p><p>e</p>")
    assert found.fields == {"Lieu": "Lyon", "Coût": "3 €"}
    assert found.text.startswith(
        "<h2>Contexte :</h2><p>Un <strong>gras</strong>.</p><p><strong>Coût :</strong> 3 €</p>"
    )


def test_hidden_section_ends_with_a_heading_of_its_level() -> None:
    body = (
        "<h2>Contact</h2><p>A</p><h3>Mairie</h3><p>Jeanne</p><p><b>Accueil</b></p><p>Paul</p><h2>Bilan</h2><p>Bien.</p>"
    )
    found = said(page(body))
    assert found.sections == {"Bilan": "<p>Bien.</p>"}
    assert found.text == "<h2>Bilan</h2><p>Bien.</p>"


def test_tables_lists_and_quotes_stay() -> None:
    body = (
        "<p>a</p><table><tr><th>x<th>y<tr><td>1<br>un<td>2 &lt; 3 &amp; 4</table><blockquote>q</blockquote>"
        "<pre>p</pre><figure><figcaption>f</figcaption></figure><p style='font-weight:bold'>gras</p>"
    )
    assert said(page(body)).text == (
        "<p>a</p><table><tr><td>x</td><td>y</td></tr><tr><td>1<br>un</td><td>2 &lt; 3 &amp; 4</td></tr></table>"
        "<blockquote>q</blockquote><pre>p</pre><p>f</p>"
    )


def test_tables_that_lay_a_page_out() -> None:
    cell = "<h1>T</h1><p><b>Lieu :</b> Lyon</p><p><b>Bilan</b></p>" + "<p>a</p>" * 9
    found = said(page(f"<table><tr><td>Menu<td>{cell}<ul><li>b</ul><table><tr><td><div>x</div><td>y</table></table>"))
    assert found.fields == {"Lieu": "Lyon", "x": "y"}
    assert found.sections["Bilan"].startswith("<p>a</p><p>a</p>")
    assert found.text.startswith("<p>Menu</p><p><strong>Lieu :</strong> Lyon</p><p><strong>Bilan</strong></p><p>a</p>")


def test_signs_that_are_not_seen() -> None:
    assert (
        said(page("<p>&shy;</p><p>a&shy;b\u200b</p><p>\ufeff<i>\u200b</i></p><p>\x85\u2028\u202a</p>")).text
        == "<p>ab</p>"
    )


def test_documents() -> None:
    found = said(page("<p><a href='/g.PDF?x=1'>Le guide</a> <a href='/pdf'>non</a> <a href='/x?f=.pdf'>non</a></p>"))
    assert found.documents == [{"url": f"{SITE}/g.PDF?x=1", "title": "Le guide"}]


def test_fields_are_bounded() -> None:
    body = "".join(f"<p><b>L{n} x :</b> v</p>" for n in range(300))
    assert len(said(page(body)).fields) == 200


@pytest.mark.parametrize(
    ("body", "place", "lat", "lon"),
    [
        ("<p>Lyon (Rhône) 45.767335900000</p>", "Lyon (Rhône)", "", ""),
        ("<p>Lyon (Rhône) 45,767 4,834</p>", "Lyon (Rhône)", "45.767", "4.834"),
        ("<p>Lyon (Rhône) : 45.767°, 4.834°</p>", "Lyon (Rhône)", "45.767", "4.834"),
        ("<p>Saint-Denis (La Réunion) -20.882 55.450</p>", "Saint-Denis (La Réunion)", "-20.882", "55.45"),
        ("<h2>Lyon</h2><p>45.767 ; 4.834</p>", "Lyon", "45.767", "4.834"),
        ("<h1>Lyon 45.767 4.834</h1>", "Lyon", "45.767", "4.834"),
        ("<p>Lyon 99.767 4.834</p>", "Lyon", "", ""),
        ("<ul><li>a<li>45.767 4.834</ul>", "Titre", "45.767", "4.834"),
        ("<p>Le coût est de 45.767 euros</p>", "", "", ""),
    ],
)
def test_place_line(body: str, place: str, lat: str, lon: str) -> None:
    found = said(page(body), "Titre")
    assert (found.place, found.lat, found.lon) == (place, lat, lon)


# Where the content is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        f"<main>{LONG}</main>",
        f"<div role=main>{LONG}</div><div>menu</div>",
        f"<main></main><article>{LONG}</article><article>autre</article>",
        f"<div><div><a href=x>{LONG * 3}</a></div><div>{LONG}</div></div>",
        f"<form><div>{LONG}</div><div>x</div></form>",
        f"<div class=nav>{LONG * 2}</div><section>{LONG}<nav>{LONG}</nav></section>",
        f"<header>{LONG}</header><div>{LONG}</div><div id=comments>{LONG}</div>",
        f"<div><p>{LONG}</p></div>",
    ],
)
def test_main_content(body: str) -> None:
    root = markup.parse(answer(f"<html><body>{body}</body></html>"))
    text = page_text.read(page_parts.main(root), SITE).text
    assert text.count("Une phrase de la fiche.") == 20


def test_heading_and_pairs_beside_the_text_are_kept() -> None:
    body = (
        f"<div><div><h1>Titre</h1></div><div><p><b>Lieu :</b> Lyon</p></div><div>{LONG * 9}</div></div><div>pied</div>"
    )
    assert said(f"<body>{body}</body>").fields == {"Lieu": "Lyon"}


@pytest.mark.parametrize(
    ("names", "kept"),
    [("has-sidebar", True), ("sidebar", False), ("entry-content", True), ("site-navigation", False),
     ("comments-area", False), ("menu-item", False), ("field__label visually-hidden", True),
     ("region-breadcrumb", False), ("tarteaucitronRoot", False), ("commentaire", False)],
)  # fmt: skip
def test_parts_about_the_site(names: str, kept: bool) -> None:
    assert ("Oui" in said(page(f"<p>a</p><div class='{names}'>Oui</div>")).text) is kept


def test_parts_that_hold_the_content_are_never_left() -> None:
    assert said("<body class=menu><div id=sidebar><h1>x</h1><p>Oui</p></div>").text == "<p>Oui</p>"
    assert said(page("<form>Non</form><span property='dc:creator'>Jeanne</span><a rel=author>J</a><p>Oui")).text == (
        "<p>Oui</p>"
    )


# Pages made to hurt ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 25_000 + "x",
        "<table><tr><td>" * 7_000 + "x",
        "<b>" * 25_000 + "x",
        "<p>" + "<i>x</i>" * 25_000,
        "<p>" + "x<br>" * 25_000,
        "<p>" + "<b>a :</b> x " * 12_000,
        "<dl>" + "<dt>a<dd>b" * 12_000,
        "<div class=label>" * 12_000 + "x",
        "<ul>" + "<li>Lieu : Lyon" * 12_000,
        "<img src=logo.png>" * 25_000,
        "<a href=x>x</a>" * 15_000,
        "<p>" + "é" * 5_000_000,
        "<p>" + "a@b.fr " * 12_000,
        "<p>" + "Lyon (" * 125_000,
        "<p>" + ": " * 125_000,
        "<h1>" + "<h2>x</h2>" * 12_000,
        "<script>" * 25_000,
        "<p " + "x " * 400,
        "<div itemscope>" * 5_000 + "<b itemprop=x>y" * 5_000,
        "<style>a</style>" * 12_000,
        "<a '" * 25_000,
        "<!--" * 75_000,
        "&" * 1_000_000 + "<p>",
    ],
    ids=lambda body: body[:20],
)
def test_pages_made_to_be_slow(body: str) -> None:
    begun = time.process_time()
    for read in (detail, lambda page: listed(page, list="div, li"), lambda page: detail(page, select={"x": "*"})):
        try:
            read("<html><body>" + body)
        except ReadError:
            continue
    assert time.process_time() - begun < 20


def test_pages_that_are_refused() -> None:
    with pytest.raises(ReadError, match="plus de 300000 éléments"):
        detail("<p>" * 300_001)
    with pytest.raises(ReadError, match="trop d'attributs"):
        detail("<p>x</p><p " + " ".join(f"a{n}='>'" for n in range(5_000)) + ">")
    assert detail("<h1>x</h1><p data-x='" + "<b c=d " * 5_000 + "'>y</p>")["text"] == "<p>y</p>"
    assert detail("<script>" + "a<b c d " * 5_000 + "</script><h1>x</h1>")["title"] == "x"


PIECES = st.sampled_from(
    ["<p>", "</p>", "<b>", "</b>", "<br>", "<table>", "<tr>", "<td>", "<th>", "</td>", "</table>", "<dl>", "<dt>"]
    + ["<dd>", "<li>", "<h1>", "<h2>", "</h2>", "<div class='label'>", "</div>", "<a href='", "'>", "<a href=x.pdf>"]
    + ["</a>", "<main>", "<nav>", "Lieu : ", "Lyon (Rhône) 45.767", " : ", "a@b.fr", "é", "\x00", "\ud800", "<!--"]
    + ["<script type='application/ld+json'>", '{"@type": "Book", "author": ', "</script>", "<base href='http://['>"]
    + ["<div itemscope itemprop='x'>", "<form>", "&#0;", "<svg>", "<frameset>", "<span style='font-weight:bold'>"]
    + ["<script>", "]]>", "04 72 00 00 00"]
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40))
def test_any_page_is_read_or_refused(pieces: list[str]) -> None:
    body = "<" + "".join(pieces)
    for carry in ({}, {"item": f"{SITE}/a", "list": {}}):
        for options in (
            {"list": "p, div, td"},
            {"list": "li", "detail": False, "select": {"x": "b", "y": "a::attr(href)"}},
        ):
            try:
                found = html_page.read(answer(body.encode("utf-8", "replace"), carry=carry), options)
            except ReadError:
                continue
            json.dumps([dict(item.data) for item in found]).encode()
            assert all(request.url.startswith(SITE) for request in found.next)


def test_lines_within_the_first_elements() -> None:
    root = markup.parse(answer(page("<p>a</p><p>b</p><p>c</p>")))
    assert [line.text for line in page_lines.read(page_parts.main(root), SITE, 2).lines] == ["a", "b"]


def test_texts_of_a_list_are_cut() -> None:
    (request,) = listed(page(f"<p class=b><a href='/x'>{'x' * 900}</a></p>"), list=".b").next
    assert len(request.carry["list"]["title"]) == page_list.CARRIED
