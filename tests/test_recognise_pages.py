"""Sites that only have web pages: SPIP, site maps, list pages; each proposal is read by the reader it names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from bridge.errors import BridgeError
from bridge.readers import html_page
from bridge.recognise import Proposal, recognise
from bridge.recognise.blocks import blocks, soup_of
from bridge.recognise.list_pages import following, records, trail
from bridge.recognise.look import first_look
from bridge.recognise.pages import html_list, sitemap, spip
from bridge.record import PAGE_PAUSE, PAUSE, Request, Response
from tests.test_recognise import Answer, Site, page

LISTS = Path(__file__).parent / "cases" / "lists"
EXPECTED: dict[str, dict[str, Any]] = json.loads((LISTS / "expected.json").read_text(encoding="utf-8"))


def html(text: str) -> Answer:
    return "text/html; charset=utf-8", text


def xml(text: str) -> Answer:
    return "application/xml", f'<?xml version="1.0" encoding="UTF-8"?>{text}'


def urlset(*addresses: str) -> Answer:
    entries = "".join(f"<url><loc>{each}</loc></url>" for each in addresses)
    return xml(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>')


def index(*addresses: str) -> Answer:
    entries = "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in addresses)
    return xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>')


def cards(*names: str, folder: str = "fiches", more: str = "") -> str:
    each = (
        f'<div class="carte"><h3><a href="/{folder}/{name}">La fiche {name}</a></h3><p>Un texte assez long.</p></div>'
        for name in names
    )
    return f"<main><h1>Les fiches</h1>{''.join(each)}{more}</main>"


# The list pages of ``cases/lists``: made by hand after what WordPress, Drupal, SPIP and hand-written sites answer


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected["list"]])
def test_the_reader_follows_what_was_recognised(name: str) -> None:
    expected = EXPECTED[name]
    url, text = expected["url"], (LISTS / f"{name}.html").read_bytes()
    found = recognise(url, Site({url: ("text/html; charset=utf-8", text)}))
    assert (found.kind, found.url) == ("html_page", url)
    read = html_page.read(Response(url, 200, {"content-type": "text/html"}, text), found.options)
    assert [each.url for each in read.next if each.single] == [urljoin(url, path) for path in expected["list"]]
    after = [urljoin(url, expected["next"])] if expected["next"] else []
    assert [each.url for each in read.next if not each.single] == after
    assert any("Aucune page suivante" in why for why in found.why) is not bool(after)


def test_the_other_list_of_a_page_is_told() -> None:
    url = EXPECTED["deux-listes"]["url"]
    found = recognise(url, Site({url: html((LISTS / "deux-listes.html").read_text(encoding="utf-8"))}))
    assert found.why[-1] == "Autres blocs de la page : « section.bloc-actus > div.item » (3 liens)."


def test_blocks_without_a_page_are_the_resources() -> None:
    url = EXPECTED["etiquettes"]["url"]
    found = recognise(url, Site({url: html((LISTS / "etiquettes.html").read_text(encoding="utf-8"))}))
    assert (found.options, found.extends) == ({"list": "div.chantier", "detail": False}, "_html")
    assert found.why[0].startswith("La page contient 3 blocs « libellé : valeur »")
    assert found.fields["commune"] == ['fields."Commune"']


def test_a_page_without_list_says_what_to_give() -> None:
    url = EXPECTED["liste-vide"]["url"]
    with pytest.raises(BridgeError, match="donnez l'adresse de celle qui mène à toutes les fiches"):
        recognise(url, Site({url: html((LISTS / "liste-vide.html").read_text(encoding="utf-8"))}))


# List pages


class Paced(Site):
    """``pauses`` is what was left before each address."""

    def get(self, request: Request, /) -> Response:
        self.pauses = {**getattr(self, "pauses", {}), request.url: request.pause}
        return super().get(request)


DETAIL = page("<title>Une fiche</title>", "<main><h1>Une fiche</h1><p><b>Chef de file :</b> x</p>{}</main>")
LABELS = "<main><h1>Une mare</h1><p><b>Maître d'ouvrage :</b> Ville de Lyon</p><p><b>Téléphone :</b> 04 00</p></main>"


def test_labels_of_three_pages_are_guessed_and_people_left_out() -> None:
    url = "https://a.fr/fiches"
    site = Paced({url: page("", cards("a", "b", "c", "d"))} | {f"{url}/{n}": page("", LABELS) for n in "abcd"})
    found = recognise(url, site)
    assert site.asked == [url, *(f"{url}/{n}" for n in "abc")]
    assert site.pauses == {url: PAUSE} | {f"{url}/{n}": PAGE_PAUSE for n in "abc"}
    assert found.extends == "_html"
    assert found.fields == {"leads": ['fields."Maître d\'ouvrage"']}
    assert not any("lue" in why for why in found.why)


def test_pages_that_describe_themselves() -> None:
    url = "https://a.fr/fiches"
    data = '<script type="application/ld+json">{"@type": "Article", "headline": "x"}</script>'
    site = Site({url: page("", cards("a", "b", "c"))} | {f"{url}/{n}": page(data, "<p>x</p>") for n in "abc"})
    found = recognise(url, site)
    assert (found.extends, found.fields) == ("_schema_org", {})


def test_the_page_of_one_resource_leads_to_its_list() -> None:
    way = '<nav aria-label="Fil d\'Ariane"><a href="/">Accueil</a> <a href="/fiches">Fiches</a></nav>'
    one, url = "https://a.fr/fiches/b", "https://a.fr/fiches"
    site = Site({one: page("", way + LABELS), url: page("", cards("a", "b", "c"))})
    found = recognise(one, site)
    assert (found.url, found.options) == (url, {"list": "div.carte"})
    assert found.why[0].startswith("La page donnée est une seule fiche")
    elsewhere = Site({one: page("", way + LABELS), url: page("", cards("x", "y", "z"))})
    with pytest.raises(BridgeError, match="Rien n'a été reconnu"):
        recognise(one, elsewhere)
    assert elsewhere.asked == [one, url]


def test_a_list_that_the_reader_cannot_follow_is_told() -> None:
    url = "https://a.fr/liste"
    more = '<div class="pagination"><a href="/liste" rel="next">Suivant</a></div>'
    found = recognise(url, Site({url: page("", cards("a", "b", "c", more=more))}))
    assert any("Aucune page suivante" in why for why in found.why)


# Blocks


def found_in(body: str, url: str = "https://a.fr/liste") -> list[tuple[str, str, list[str]]]:
    return [(each.list, each.link, list(each.targets)) for each in blocks(soup_of(body), url)]


@pytest.mark.parametrize(
    "zone",
    [
        "<nav>{}</nav>",
        "<footer>{}</footer>",
        "<div role='navigation'>{}</div>",
        "<header>{}</header>",
        "<aside>{}</aside>",
    ],
)
def test_menus_are_no_lists(zone: str) -> None:
    links = "".join(f"<li><a href='/page-{n}'>Une page du site numéro {n}</a></li>" for n in "abcd")
    assert found_in(zone.format(f"<ul>{links}</ul>")) == []
    assert found_in(f"<ul>{links}</ul>")[0][0] == "ul > li"


@pytest.mark.parametrize(
    "href",
    ["#ici", "mailto:a@b.fr", "tel:0102", "javascript:x()", "https://b.fr/x{}", "/liste#a{}", "/", "/a{}.pdf", "//[",
     "/tag/{}", "/?page=login{}", "ftp://a.fr/{}", "/author/{}/"],
)  # fmt: skip
def test_links_that_lead_to_no_resource(href: str) -> None:
    body = "".join(f"<li><a href='{href.format(n)}'>Une page du site numéro {n}</a></li>" for n in "abc")
    assert found_in(f"<ul>{body}</ul>") == []


def test_short_words_and_links_that_repeat_are_no_list() -> None:
    assert found_in("".join(f"<p><a href='/p/{n}'>{n}</a></p>" for n in "abcd")) == []
    assert found_in("".join(f"<p>Un paragraphe assez long. <a href='/p'>{n}</a></p>" for n in "abcd")) == []


@pytest.mark.parametrize("side", ["sidebar", "widget-area", "breadcrumb"])
def test_a_side_column_counts_less_than_the_main_one(side: str) -> None:
    ul = "".join(f"<li><a href='/a/{n}'>Un titre un peu plus long que l'autre</a></li>" for n in "abcde")
    main = "".join(f"<p><a href='/b/{n}'>Un titre de bonne taille</a></p>" for n in "abc")
    found = found_in(f"<div class='{side}'><ul>{ul}</ul></div><div id='contenu'>{main}</div>")
    assert [each[0] for each in found] == ["#contenu > p", "ul > li"]


@pytest.mark.parametrize(("tag", "chosen"), [("span", {"div.b", "span.b"}), ("div", {"body > div", "body > section"})])
def test_blocks_of_one_class_at_two_depths(tag: str, chosen: set[str]) -> None:
    one = "<div><div class='b'><a href='/x/{0}'>Une première page {0}</a></div></div>"
    two = "<section><section><{1} class='b'><a href='/y/{0}'>Une seconde page {0}</a></{1}></section></section>"
    body = "".join(one.format(n) for n in "abc") + "".join(two.format(n, tag) for n in "abc")
    assert {each[0] for each in found_in(body)} == chosen


def test_articles_need_no_class() -> None:
    body = "".join(f"<div><article><a href='/x/{n}'>Une page du site {n}</a></article></div>" for n in "abc")
    assert found_in(f"<div><div>{body}</div></div>")[0][0] == "article"


def test_what_is_nested_too_deep_is_not_looked_at() -> None:
    links = "".join(f"<p><a href='/x/{n}'>Une page du site {n}</a></p>" for n in "abc")
    assert found_in("<div>" * 5_000 + links) == []
    assert found_in("<a href='/x'>" * 5_000) == []


# Next pages and breadcrumbs


@pytest.mark.parametrize(
    ("body", "url", "chosen"),
    [
        ('<a rel="next" href="?p=2">x</a>', "https://a.fr/l?p=2", ""),
        ('<div class="pager"><a href="?p=0">‹</a><a href="?p=2">›</a></div>', "https://a.fr/l?p=2", ""),
        ('<div class="pager"><span class="next-page"><a href="/2">Suivants</a></span></div>', "https://a.fr/2",
         ".next-page a"),
        ('<p class="next"><a href="/z">z</a></p><div class="pager"><p class="next"><a href="/2">next ›</a></p></div>',
         "https://a.fr/2", ""),
        ('<ul class="pages"><li aria-current="page">1</li><li><a href="/2">2</a></li></ul>', "https://a.fr/2",
         ".pages li[aria-current] + li > a"),
        ('<ul class="pages"><li><a aria-current="page" href="/1">1</a></li><li><a href="/2">2</a></li></ul>',
         "https://a.fr/2", ".pages li:has([aria-current]) + li > a"),
        ('<div id="pagination"><b>1</b><a href="/2">2</a></div>', "https://a.fr/2", "b + a"),
        ('<b>1</b><a href="/9">9</a><div id="pagination"><b>1</b><a href="/2">2</a></div>', "https://a.fr/2", ""),
        ('<div id="pagination"><i>1</i><a href="/2">2</a></div>', "", ""),
        ('<div id="suite"><a href="?p=2">Voir plus</a></div>', "https://a.fr/l?p=2", "#suite > a"),
        ('<div class="pager"><a href="//[">Suivant</a></div>', "", ""),
        ('<a href="/2">2</a><a href="#">Suivant</a>', "", ""),
    ],
)  # fmt: skip
def test_the_next_page(body: str, url: str, chosen: str) -> None:
    assert following(soup_of(f"<body>{body}</body>"), "https://a.fr/l") == (url, chosen)


@pytest.mark.parametrize(
    ("body", "above"),
    [
        ('<p class="arbo"><a href="/">x</a> <a href="/r">y</a> <a href="/r/s">z</a></p>', ("/r/s", "/r")),
        ('<ol id="breadcrumb"><a href="//[">x</a><a href="/l">y</a></ol>', ()),
        ('<nav aria-label="Vous êtes ici : fil d\'Ariane"><a href="r">x</a></nav>', ("/r",)),
        ("<p><a href='/r'>x</a></p>", ()),
    ],
)
def test_the_breadcrumb(body: str, above: tuple[str, ...]) -> None:
    assert trail(soup_of(body), "https://a.fr/l") == tuple(f"https://a.fr{path}" for path in above)


def test_blocks_of_labels() -> None:
    lists = "<dl class='f'><dt>Lieu</dt><dd>x</dd><dt>Date</dt><dd>y</dd></dl>"
    assert records(soup_of(f"<div>{lists * 4}</div>")) == ("dl.f", 4)
    assert records(soup_of(f"<div>{lists * 2}</div>")) == ("", 0)
    pieces = "<li><i>Lieu</i> <b>:</b> x<br>Année : 2020</li>"
    assert records(soup_of(f"<ul>{pieces * 3}</ul>")) == ("ul > li", 3)
    assert records(soup_of("<ul>" + "<li>: Lieu : x</li>" * 3 + "</ul>")) == ("", 0)


# Site maps


def initiatives(*names: str) -> list[str]:
    return [f"https://a.fr/initiatives/{name}/" for name in names]


def test_the_site_map_of_a_home_page() -> None:
    news = [f"https://a.fr/actualites/{n}" for n in "abcde"]
    site = Site(
        {
            "https://a.fr/": page("<title>Le réseau</title>"),
            "https://a.fr/robots.txt": ("text/plain", "User-agent: *\nSitemap: https://a.fr/plan.xml\n"),
            "https://a.fr/plan.xml": urlset("https://a.fr/", "https://a.fr/contact", *news, *initiatives(*"abc")),
            **{each: page("", LABELS) for each in initiatives(*"abc")},
        }
    )
    found = recognise("https://a.fr/", site)
    assert (found.kind, found.url, found.title) == ("html_page", "https://a.fr/plan.xml", "Le réseau")
    assert (found.options, found.extends) == ({"only": ["/initiatives/"]}, "_html")
    assert found.others == (("5 pages en « /actualites/ »", "https://a.fr/actualites/"),)
    assert found.fields == {"leads": ['fields."Maître d\'ouvrage"']}
    assert "3 pages dont l'adresse contient « /initiatives/ »" in found.why[0]
    assert len(site.asked) == 6


def test_pages_of_a_site_map_that_describe_themselves() -> None:
    data = '<script type="application/ld+json">{"@type": "HowTo", "name": "x"}</script>'
    plan = "https://a.fr/sitemap.xml"
    pages = {each: page(data, "<p>x</p>") for each in initiatives(*"abc")}
    found = recognise(plan, Site({plan: urlset(*initiatives(*"abc")), **pages}))
    assert (found.url, found.extends, found.fields) == (plan, "_schema_org", {})
    assert "schema.org" in found.why[1]


def test_an_index_of_site_maps() -> None:
    posts, pages = "https://a.fr/wp-sitemap-posts-post-1.xml", "https://a.fr/wp-sitemap-posts-initiative-1.xml"
    site = Site(
        {
            "https://a.fr/": page(),
            "https://a.fr/wp-sitemap.xml": index(posts, pages, "https://a.fr/absent.xml"),
            posts: urlset(*(f"https://a.fr/blog/{n}/" for n in "abcd")),
            pages: urlset(*initiatives(*"abc")),
        }
    )
    found = recognise("https://a.fr/", site)
    assert (found.url, found.options) == (pages, {"only": ["/initiatives/"]})
    assert found.others[0][1] == "https://a.fr/blog/"


def test_addresses_without_folders_are_told_apart_by_their_site_map() -> None:
    posts, pages = "https://a.fr/post-sitemap.xml", "https://a.fr/initiative-sitemap.xml"
    plan = "https://a.fr/sitemap_index.xml"
    site = Site(
        {
            plan: index(posts, pages),
            posts: urlset(*(f"https://a.fr/nouvelle-{n}/" for n in "abcd")),
            pages: urlset(*(f"https://a.fr/mare-{n}/" for n in "abc")),
        }
    )
    found = recognise(plan, site)
    assert (found.url, found.options) == (pages, {})
    assert f"de {pages}" in found.why[0]


def test_no_site_map() -> None:
    broken = Site({"https://a.fr/": page(), "https://a.fr/sitemap.xml": xml("<urlset><url>")})
    assert sitemap(first_look("https://a.fr/", broken)) is None
    assert sitemap(first_look("https://a.fr/page", Site({"https://a.fr/page": page()}))) is None
    empty = Site({"https://a.fr/s.xml": urlset()})
    assert sitemap(first_look("https://a.fr/s.xml", empty)) is None
    assert html_list(first_look("https://a.fr/s.xml", empty)) is None


def test_a_site_map_whose_pages_cannot_be_asked() -> None:
    child = "https://a.fr/plan-1.xml"

    class Tired(Site):
        """Answers each address once."""

        def get(self, request: Request, /) -> Response:
            answer = super().get(request)
            self.answers = {url: each for url, each in self.answers.items() if url != request.url}
            return answer

    site = Tired({"https://a.fr/plan.xml": index(child), child: urlset(*initiatives(*"abc"))})
    found = recognise("https://a.fr/plan.xml", site)
    assert (found.url, found.extends, found.fields) == (child, "_html", {})


# SPIP

ARTICLES = [f"https://s.fr/spip.php?article{n}" for n in range(1, 5)]
HOME = "<div><a href='spip.php?rubrique1'>Retours</a> <a href='spip.php?rubrique2'></a></div>"
BACKEND = xml("<rss><channel><title>x</title></channel></rss>")


@pytest.mark.parametrize(
    ("given", "head", "headers"),
    [
        ("https://s.fr/", '<meta name="generator" content="SPIP 4.2">', {}),
        ("https://s.fr/", "", {"composed-by": "SPIP 4.4 @ www.spip.net + http://autre.fr/local/config.txt"}),
        ("https://s.fr/", "", {"composed-by": "SPIP @ www.spip.net"}),
        ("https://s.fr/", '<script src="/x.js"></script><script src="prive/javascript/jquery.js"></script>', {}),
        ("https://s.fr/", '<link rel="stylesheet" href="squelettes-dist/css/x.css">', {}),
        ("https://s.fr/spip.php?page=plan", "", {}),
    ],
)
def test_clues_of_spip(given: str, head: str, headers: dict[str, str]) -> None:
    plan = "https://s.fr/spip.php?page=sitemap.xml"
    site = Site({given: page(head, HOME), plan: urlset("https://s.fr/spip.php?rubrique1", *ARTICLES)}, headers)
    found = recognise(given, site)
    assert (found.kind, found.url, found.options, found.extends) == ("html_page", plan, {"only": ["article"]}, "_spip")
    assert found.others == (("la rubrique « Retours »", "https://s.fr/spip.php?rubrique1"),)
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    ("addresses", "options", "told"),
    [
        (["https://s.fr/retours/a", "https://s.fr/retours/b", "https://s.fr/retours/c"], {"only": ["/retours/"]}, 1),
        (["https://s.fr/Mare", "https://s.fr/Haie"], {}, 2),
    ],
)
def test_addresses_of_spip_that_do_not_say_article(addresses: list[str], options: dict[str, Any], told: int) -> None:
    head = '<meta name="generator" content="SPIP 4.2">'
    site = Site({"https://s.fr/": page(head), "https://s.fr/spip.php?page=sitemap.xml": urlset(*addresses)})
    found = recognise("https://s.fr/", site)
    assert (found.options, len(found.why)) == (options, told)


def test_spip_without_site_map_gives_its_feed() -> None:
    feed = "https://s.fr/spip.php?page=backend"
    found = recognise(feed, Site({feed: BACKEND}))
    assert (found.kind, found.url, found.extends) == ("feed", feed, "_feed")
    assert "dix derniers articles" in found.why[0]
    assert spip(first_look("https://s.fr/spip.php", Site({"https://s.fr/spip.php": page()}))) is None


def test_a_section_of_spip() -> None:
    one, url = "https://s.fr/spip.php?article41", "https://s.fr/spip.php?rubrique1"
    text = (LISTS / "spip.html").read_text(encoding="utf-8").replace("reseau.example", "s.fr")
    text = text.replace('<div class="menu menu_rubriques">', "<h1>Retours d'expérience</h1><div>")
    way = '<p class="arbo"><a href="/">Accueil</a> &gt; <a href="spip.php?rubrique1">Retours</a></p>'
    answers = {url: html(text), one: html(f"<html><body class='page_article'>{way}{LABELS}</body></html>")}
    by_section, by_article = recognise(url, Site(answers)), recognise(one, Site(answers))
    assert by_section.url == by_article.url == url
    assert by_section.options == by_article.options == {"list": "li.hentry", "next": ".pagination li.on + li > a"}
    assert by_section.title == "Retours d'expérience"
    assert "la rubrique donnée" in by_section.why[0] and "la rubrique de l'article donné" in by_article.why[0]


@pytest.mark.parametrize("body", ["<p>rien</p>", '<p class="arbo"><a href="/spip.php?rubrique8">x</a></p>'])
def test_an_article_of_spip_without_a_section_leads_to_the_site_map(body: str) -> None:
    one, plan = "https://s.fr/spip.php?article41", "https://s.fr/spip.php?page=sitemap.xml"
    found: Proposal = recognise(one, Site({one: page("", body), plan: urlset(*ARTICLES)}))
    assert found.url == plan
