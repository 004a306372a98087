"""Atom, RSS and JSON Feed, judged by feedparser and their specifications."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import feed_rules
import feedparser
import pytest
from lxml import etree
from writers_cases import ENTRIES, FEED, FULL, LICENCES, LIVE, NS, WITHDRAWN, WORDS, one, tree, written

from bridge.meaning.text import clean_url
from bridge.record import Document, Entry, Image, Record
from bridge.writers.feed import rights
from bridge.writers.xml import PV_NAMESPACE


def with_addresses(record: Record) -> Record:
    """The record as the bridge makes them: an address, wherever it comes from, is one."""
    image = record.image._replace(url=clean_url(record.image.url)) if record.image else None
    documents = tuple(document._replace(url=clean_url(document.url)) for document in record.documents)
    return replace(record, url=clean_url(record.url), image=image, documents=documents)


def broken_rules(name: str, document: bytes) -> list[str]:
    if name == "json_feed":
        return feed_rules.json_feed(json.loads(document))
    rules = feed_rules.atom if name == "atom" else feed_rules.rss
    return rules(etree.fromstring(document))


@pytest.mark.parametrize("name", ["atom", "rss", "json_feed", "spip", "wxr"])
def test_feeds_keep_the_rules_of_their_format(name: str) -> None:
    entries = [replace(e, record=with_addresses(e.record)) if e.record else e for e in ENTRIES]
    assert broken_rules(name, written(name, entries)) == []
    assert broken_rules(name, written(name, [])) == []
    odd = replace(FULL, documents=(Document("https://a.exemple.fr/x", "PDF"),))
    assert broken_rules(name, one(name, odd)) == []


RULES = {
    "atom": [
        ("<id>tag:pont.exemple.org,2026:brut:1</id>", ""),
        ("2026:brut:1</id>", "2026:é è</id>"),
        ("<updated>2026-11-01T10:00:00Z</updated>", "<updated>2026-11-01</updated>"),
        ("<updated>2026-11-01T10:00:00Z</updated>", "<updated>2026-02-31T10:00:00Z</updated>"),
        ('rel="self"', 'rel="x"'),
        ('<link rel="alternate" type="text/html" href="https://pont.exemple.org/fiche/brut:1"/>', ""),
        ('href="https://pont.exemple.org/fiche/brut:1"', 'href=""'),
        ("</entry>", '<link href="https://a.fr/" type="text/html"/></entry>'),
        ("</entry>", "<content src='https://a.fr/'/></entry>"),
        ("</entry>", "<summary/><summary/></entry>"),
        ("</entry>", "<category/></entry>"),
        ("</entry>", "<author><name> </name></author></entry>"),
        ("</entry>", "<author><uri>x</uri></author></entry>"),
        ("</entry>", "<title type='image/png'/></entry>"),
        ("</entry>", "<pubDate/></entry>"),
        ("</entry>", "<link rel='enclosure' type='PDF' length='1 Mo' href='https://a.fr/'/></entry>"),
        ('xml:lang="fr"', 'xml:lang="français"'),
        ("<generator>Partageons vert<", "<generator> <"),
    ],
    "rss": [
        ('version="2.0"', 'version="0.91"'),
        ("<title>Toutes les ressources &amp; &lt;outils&gt;</title>", ""),
        ("<link>https://pont.exemple.org/<", "<link>/<"),
        ("<language>fr<", "<language>fr_FR<"),
        ("<title>Plantation d'une haie</title>", ""),
        ("Sun, 01 Nov 2026 10:00:00 GMT", "Mon, 01 Nov 2026 10:00:00 GMT"),
        ("Sun, 01 Nov 2026 10:00:00 GMT", "2026-11-01T10:00:00Z"),
        ('isPermaLink="false"', 'isPermaLink="true"'),
        ('isPermaLink="false"', 'isPermaLink="non"'),
        ("</item>", "<guid>https://a.fr/</guid></item>"),
        ("</item>", "<author>Jeanne</author></item>"),
        ("</item>", "<enclosure url='https://a.fr/x'/></item>"),
        ("</item>", "<updated/></item>"),
        ('<source url="https', '<source url="x'),
    ],
    "json_feed": [
        ("version/1.1", "version/2"),
        ('"title":"Toutes', '"titre":"Toutes'),
        ('"feed_url":"https', '"feed_url":"x'),
        ('"items":[', '"elements":['),
        ('"id":"tag:pont.exemple.org,2026:brut:1",', '"id":1,'),
        ('"content_text"', '"texte"'),
        ('"url":"https://pont.exemple.org/fiche', '"url":"/fiche'),
        ('"date_modified":"2026-11-01T10:00:00Z"', '"date_modified":"2026-11-01T10:00:00"'),
        ('"content_text"', '"authors":[{"x":1}],"content_text"'),
        ('"content_text"', '"tags":[1],"content_text"'),
        ('"content_text"', '"language":"","content_text"'),
        ('"content_text"', '"attachments":[{"url":"https://a.fr/x"}],"content_text"'),
        (
            '"content_text"',
            '"attachments":[{"url":"https://a.fr/","mime_type":"a/b","size_in_bytes":"1"}],"content_text"',
        ),
    ],
}


@pytest.mark.parametrize(("name", "good", "bad"), [(name, *pair) for name, pairs in RULES.items() for pair in pairs])
def test_each_rule_is_looked_at(name: str, good: str, bad: str) -> None:
    document = written(name, ENTRIES[:1]).decode()
    assert broken_rules(name, document.encode()) == [] and good in document
    assert broken_rules(name, document.replace(good, bad).encode())


@pytest.mark.parametrize("name", ["atom", "rss", "json_feed"])
def test_the_rules_want_each_identifier_once(name: str) -> None:
    twice = [Entry("brut:1", "2026-11-01T10:00:00Z", "live", LIVE[0])] * 2
    assert broken_rules(name, written(name, twice))


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_feedparser_reads_every_entry(name: str) -> None:
    feed = feedparser.parse(written(name))
    assert not feed.bozo, feed.bozo_exception
    assert feed.version == {"atom": "atom10", "rss": "rss20"}[name]
    assert len(feed.entries) == len(LIVE)
    assert len({e.id for e in feed.entries}) == len(LIVE)
    links = {link.rel: link.href for link in feed.feed.links}
    assert links["self"] == FEED.url and links["hub"] == FEED.hub and links["alternate"] == FEED.home
    for entry, record, given in zip(feed.entries, LIVE, [e for e in ENTRIES if e.record], strict=True):
        moment = datetime.fromisoformat(given.datestamp)
        assert datetime(*entry.updated_parsed[:6], tzinfo=UTC) == moment
        assert urlsplit(entry.link).scheme == "https"
        if record.point:
            assert entry.where["type"] == "Point"
            assert entry.where["coordinates"] == (record.point.lon, record.point.lat)


def test_atom_feed() -> None:
    feed = tree("atom")
    assert feed.findtext("atom:title", namespaces=NS) == FEED.title
    assert feed.findtext("atom:subtitle", namespaces=NS) == FEED.description
    assert feed.findtext("atom:updated", namespaces=NS) == FEED.updated
    assert feed.findtext("atom:author/atom:name", namespaces=NS) == FEED.title
    assert [e.findtext("atom:id", namespaces=NS) for e in feed.findall("atom:entry", NS)] == [
        FEED.tag(r.id) for r in LIVE
    ]
    for moment in feed.xpath("//atom:updated/text() | //atom:published/text()", namespaces=NS):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment)


def test_atom_tombstones() -> None:
    gone = tree("atom").findall("at:deleted-entry", NS)
    assert [(g.get("ref"), g.get("when")) for g in gone] == [(FEED.tag(e.id), e.datestamp) for e in WITHDRAWN]


def test_atom_entry_says_everything() -> None:
    entry = feedparser.parse(one("atom", FULL)).entries[0]
    assert entry.title == FULL.title and entry.summary == FULL.abstract
    assert "<strong>restaurées</strong> &amp; reliées" in entry.content[0].value
    assert entry.link == FULL.url
    links = {(link.rel, link.href) for link in entry.links}
    assert ("via", FEED.page(FULL.id)) in links
    assert ("license", LICENCES["etalab-2.0"][1]) in links
    assert {e.href: (e.get("type"), e.get("length"), e.get("title")) for e in entry.enclosures} == {
        FULL.documents[0].url: ("application/pdf", "482113", "Fiche complète (PDF)"),
        # feedparser's own guess where the source says nothing.
        FULL.documents[1].url: ("text/html", None, None),
    }
    assert [(t.term, t.label) for t in entry.tags[:3]] == [
        ("r-retour-experience", "Retour d'expérience"),
        ("t-zones-humides", "Zones humides & mares"),
        ("t-tvb", "Trame verte et bleue"),
    ]
    assert entry.tags[0].scheme == f"{PV_NAMESPACE}#type_ressource"
    assert [t.term for t in entry.tags[3:]] == list(FULL.keywords) and entry.tags[3].scheme is None
    assert [a.name for a in entry.authors][:2] == ["Jeanne Exemple", "Atelier des mares"]
    assert [c.name for c in entry.contributors] == ["Ville de Villeurbanne"]
    assert entry.rights == rights(FULL, WORDS)
    assert entry.source.title == WORDS.source("cdr-exemple")
    assert entry.published == FULL.harvested
    assert entry.media_content[0]["url"] == "https://cdr.exemple.fr/files/mare.jpg"
    assert entry.media_credit[0]["content"] == "© Ville de Villeurbanne"


def test_atom_poor_entry_leads_to_the_showcase_and_has_no_html() -> None:
    entry = tree("atom").find("atom:entry", NS)
    assert [(link.get("rel"), link.get("href")) for link in entry.findall("atom:link", NS)] == [
        ("alternate", "https://pont.exemple.org/fiche/brut:1")
    ]
    assert entry.find("atom:content", NS) is None and entry.find("atom:summary", NS) is None
    assert entry.findtext("atom:source/atom:author/atom:name", namespaces=NS) == "brut"


def test_atom_language_is_said_when_it_is_another() -> None:
    key = "{http://www.w3.org/XML/1998/namespace}lang"
    assert tree("atom").get(key) == "fr"
    languages = [e.get(key) for e in tree("atom").findall("atom:entry", NS)]
    assert languages[[r.id for r in LIVE].index("abroad:e1")] == "en"
    assert languages[1] is None


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_optional_parts_of_feeds(name: str) -> None:
    bare = replace(FEED, description="", hub="")
    assert b'rel="hub"' not in written(name, [], bare) and b"<subtitle>" not in written(name, [], bare)
    no_credit = replace(LIVE[0], image=Image("https://a.exemple/i.png"))
    assert b"<media:credit>" not in one(name, no_credit) and b"</media:content>" in one(name, no_credit)


def test_rss_guids_are_the_partners_pages_and_unique() -> None:
    guids = [(g.text, g.get("isPermaLink")) for g in tree("rss").iter("guid")]
    assert len(set(guids)) == len(LIVE)
    found = dict(zip([r.id for r in LIVE], guids, strict=True))
    assert found["cdr-exemple:1024"] == (FULL.url, "true")
    assert found["brut:1"] == ("tag:pont.exemple.org,2026:brut:1", "false")
    assert found["liste:1"] == ("https://liste.exemple.fr/tableau", "true")
    assert found["liste:2"] == (FEED.page("liste:2"), "true")


def test_rss_item() -> None:
    item = etree.fromstring(one("rss", FULL)).find("channel/item")
    assert item.findtext("pubDate") == "Sun, 01 Nov 2026 10:00:00 GMT"
    assert item.findtext("dc:date", namespaces=NS) == "2026-11-01T10:00:00Z"
    assert item.findtext("link") == FULL.url
    assert [e.text for e in item.findall("dc:subject", NS)] == list(FULL.keywords)
    assert [e.text for e in item.findall("category")] == [
        "Retour d'expérience",
        "Zones humides & mares",
        "Trame verte et bleue",
    ]
    assert item.findtext("content:encoded", namespaces=NS) == FULL.content
    assert item.find("source").text == WORDS.source("cdr-exemple") and item.find("source").get("url") == FULL.url
    assert item.findtext("georss:point", namespaces=NS) == "45.7719 4.8902"


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("Faune & flore", "Faune & flore"),
        ("x < y", "x &lt; y"),
        ("&eacute; reste tel quel", "&amp;eacute; reste tel quel"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_rss_description_reads_as_the_text_it_was(plain: str, html: str) -> None:
    item = etree.fromstring(one("rss", replace(LIVE[0], abstract=plain))).find("channel/item")
    assert item.findtext("description") == html


def test_rss_without_description_of_its_own() -> None:
    channel = etree.fromstring(written("rss", [], replace(FEED, description="", title="Liste"))).find("channel")
    assert channel.findtext("description") == "Liste"


# JSON Feed


def test_json_feed_is_version_1_1() -> None:
    feed = json.loads(written("json_feed"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1" and feed["title"] == FEED.title
    assert feed["feed_url"] == FEED.url and feed["home_page_url"] == FEED.home
    assert feed["hubs"] == [{"type": "WebSub", "url": FEED.hub}]
    assert [i["id"] for i in feed["items"]] == [FEED.tag(r.id) for r in LIVE]
    for item in feed["items"]:
        assert ("content_html" in item) != ("content_text" in item)
        assert datetime.fromisoformat(item["date_modified"]).tzinfo and item["date_published"]
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
        assert all(a["url"] and a["mime_type"] for a in item.get("attachments", []))
        assert item["_partageons"]["id"] and item["_partageons"]["source"]["title"]


def test_json_feed_item() -> None:
    item = json.loads(one("json_feed", FULL))["items"][0]
    assert item["url"] == FEED.page(FULL.id) and item["external_url"] == FULL.url
    assert [a["name"] for a in item["authors"]] == ["Jeanne Exemple", "Atelier des mares", "Collectif"]
    assert item["date_published"] == FULL.harvested and item["date_modified"] == "2026-11-01T10:00:00Z"
    assert item["attachments"][1] == {"url": FULL.documents[1].url, "mime_type": "application/octet-stream"}
    own = item["_partageons"]
    assert own["point"] == {"lon": 4.8902, "lat": 45.7719, "precision": "point"}
    assert own["territories"][0] == {"code": "commune/69266", "name": "Villeurbanne (Rhône)"}
    assert own["licence"] == {
        "code": "etalab-2.0",
        "label": "Licence Ouverte 2.0",
        "url": LICENCES["etalab-2.0"][1],
    }
    assert own["provenance"]["origin"] == {"node": "cdr.exemple.fr", "id": "oai:cdr.exemple.fr:fiche/1024"}
    assert [hop["node"] for hop in own["provenance"]["path"]] == [FEED.node, "cdr.exemple.fr", "pont.voisin.org"]


def test_json_feed_of_a_poor_record_has_its_title_as_text() -> None:
    item = json.loads(written("json_feed", ENTRIES[:1], replace(FEED, hub="")))["items"][0]
    assert item["content_text"] == "Plantation d'une haie" and "authors" not in item and "external_url" not in item
    assert "hubs" not in json.loads(written("json_feed", [], replace(FEED, hub="")))
