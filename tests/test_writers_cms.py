"""What calendars and CMSs take: iCalendar, the RSS of SPIP, WordPress's import file, the JSON of our WordPress plugin.

The real SPIP and WordPress are in ``tests/real``.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree
from writers_cases import BY_ID, FEED, FULL, LIVE, NS, WITHDRAWN, WORDS, one, tree, written

from bridge.meaning.text import clean
from bridge.meaning.vocabulary import load
from bridge.meaning.words import Words
from bridge.readers import ics as reader
from bridge.record import Document, Entry, Point, Record, Response
from bridge.writers import ics, spip, wxr
from bridge.writers.feed import rights

EVENT = BY_ID["agenda:2026-05-22"]
MOMENT = "2026-11-01T10:00:00Z"
NAMES = {
    **NS,
    "wp": "http://wordpress.org/export/1.2/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
}

# iCalendar -------------------------------------------------------------------------------------------------------


def events(document: bytes) -> list[Any]:
    """What the icalendar library reads, nothing of it being broken."""
    calendar = Calendar.from_ical(document)
    assert not calendar.errors
    assert not [event for event in calendar.events if event.errors]
    return list(calendar.events)


def read_back(document: bytes) -> list[Any]:
    """What our own reader makes of it."""
    page = reader.read(Response(FEED.url, 200, {"content-type": ics.MEDIA_TYPE}, document), {"complete": True})
    assert page.whole and not page.problems
    return list(page)


def test_a_calendar_holds_the_dated_events_and_says_so() -> None:
    (event,) = events(written("ics"))
    assert str(event["UID"]) == "agenda:2026-05-22@pont.exemple.org"
    assert (event.start, event.end) == (date(2026, 5, 22), date(2026, 5, 25))
    assert event["DTSTAMP"].dt.isoformat() == event["LAST-MODIFIED"].dt.isoformat() == "2026-11-04T10:03:00+00:00"
    assert str(event["SUMMARY"]) == EVENT.title and event["URL"] == EVENT.url
    assert event["LOCATION"] == "Maison du parc, Florac"
    assert (event["GEO"].latitude, event["GEO"].longitude) == (44.3253, 3.5936)
    assert event.categories == ["Événement", "t-education"]
    assert event["DESCRIPTION"] == "Source : agenda – Licence non précisée"
    assert event["TRANSP"] == "TRANSPARENT" and "STATUS" not in event


def test_the_calendar_says_what_it_is_and_how_often_to_come_back() -> None:
    calendar = Calendar.from_ical(written("ics"))
    assert calendar["VERSION"] == "2.0" and calendar["PRODID"].startswith("-//")
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == reader.calendar_name(written("ics").decode()) == FEED.title
    unfolded = written("ics").decode().replace("\r\n ", "")
    (about,) = re.findall(r"\r\nDESCRIPTION:(.+)\r\nX-WR-CALDESC:\1\r\n", unfolded)
    assert about.startswith("Le réseau partage ses ressources & ses <outils>.\\nLes événements")
    assert calendar["DESCRIPTION"].startswith(f"{FEED.description}\nLes événements dont le jour est connu.")
    english = written("ics", [], replace(FEED, language="en")).decode().replace("\r\n ", "")
    assert "Events whose day is known" in english and "Les événements" not in english
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=12) and calendar["X-PUBLISHED-TTL"] == "PT12H"
    assert calendar["SOURCE"] == FEED.url and calendar["URL"] == FEED.home


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("2026-05-22", "20260522", None),
        ("2026-05-22/2026-05-22", "20260522", None),
        ("2026-05-22/2026-05-24", "20260522", "20260525"),
        ("2026-02-28/2026-12-31", "20260228", "20270101"),
        ("2026-05-22~", "20260522", None),
        ("2026-05-22/..", "20260522", None),
        ("2026-05-22/2026-06", "20260522", None),
        ("2026-05-22/2026-05-01", "20260522", None),
        ("2026-05-22/9999-12-31", "20260522", None),
    ],
)
def test_days_of_an_event(period: str, start: str, end: str | None) -> None:
    document = one("ics", replace(EVENT, period=period)).decode()
    assert re.findall(r"DTSTART;VALUE=DATE:(\d+)\r\n", document) == [start]
    assert re.findall(r"DTEND;VALUE=DATE:(\d+)\r\n", document) == ([end] if end else [])


@pytest.mark.parametrize(
    "other",
    [
        *[{"period": period} for period in ("2026-05", "2026", "2026-21", "202X", "../2026-05-22", "2026-04-31", "")],
        *[{"type": kind} for kind in ("r-guide", "x-inconnu", "")],
    ],
)
def test_what_is_no_dated_event_is_left_out(other: dict[str, str]) -> None:
    assert events(one("ics", EVENT)) != [] and events(one("ics", replace(EVENT, **other))) == []


def test_a_training_course_with_its_days_is_an_event_in_the_real_vocabulary() -> None:
    words = Words(load(Path(__file__).parents[1] / "mappings" / "vocabulary"), {})
    found = {name: words.dcmi_type(name) == "Event" for name in ("r-evenement", "r-formation", "r-guide", "r-video")}
    assert found == {"r-evenement": True, "r-formation": True, "r-guide": False, "r-video": False}


def test_an_event_that_was_given_up_is_cancelled_and_a_withdrawn_one_is_gone() -> None:
    (event,) = events(one("ics", replace(EVENT, status="s-abandonne")))
    assert event["STATUS"] == "CANCELLED"
    assert events(written("ics", [Entry(EVENT.id, MOMENT, "withdrawn")])) == []


def test_lines_are_folded_between_characters() -> None:
    document = one("ics", replace(EVENT, title="🐸é" * 60, abstract="ligne ; une\nligne, deux \\ " + "é" * 300))
    lines = document.split(b"\r\n")
    assert lines.pop() == b"" and max(map(len, lines)) == 75
    assert all(line.decode() and b"\n" not in line and b"\r" not in line for line in lines)


def test_an_address_or_a_text_cannot_add_a_line() -> None:
    bad = "x\r\nATTENDEE:mailto:a@b.fr\nBEGIN:VALARM\r\x0b\x85z"
    document = one("ics", replace(EVENT, title=bad, url=f"https://a.fr/{bad}", place_text=bad, keywords=(bad, "a,b")))
    (event,) = events(document)
    assert "ATTENDEE" not in event and event.subcomponents == []
    assert event["URL"] == "https://a.fr/xATTENDEE:mailto:a@b.frBEGIN:VALARMz"
    assert event.categories[-1] == "a,b"


plain = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=120).map(clean)
named = plain.filter(bool)
days = st.dates(date(1000, 1, 1), date(9999, 12, 30))


@st.composite
def dated(draw: st.DrawFn) -> Record:
    """An event as the meaning of things makes it: clean lines, days in order, six decimals of a degree."""
    first, last = sorted((draw(days), draw(days)))
    place = st.tuples(st.integers(-179999999, 179999999), st.integers(1, 89999999))
    point = draw(st.none() | place.map(lambda at: Point(at[0] / 1e6, at[1] / 1e6)))
    lines = draw(st.lists(named, max_size=4))
    return Record(
        id=f"s:{draw(named)}",
        source="s",
        title=draw(named),
        abstract="\n".join(lines),
        type="r-evenement",
        keywords=tuple(dict.fromkeys(draw(st.lists(named.filter(lambda word: word != "Événement"), max_size=4)))),
        url=draw(st.sampled_from(["", "https://a.exemple.fr/f%C3%AAte?a=1,2;3&b=(c)*'"])),
        place_text=draw(plain),
        period=first.isoformat() if first == last else f"{first}/{last}",
        point=point,
    )


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(dated())
def test_our_reader_reads_back_what_a_calendar_carries(record: Record) -> None:
    document = one("ics", record)
    assert len(events(document)) == 1
    (item,) = read_back(document)
    assert item.id.endswith(f"@{FEED.node}") and not item.deleted
    source = f"Source : s – {rights(record, WORDS)}"
    expected = {
        "kind": "event",
        "title": record.title,
        "description": f"{record.abstract}\n\n{source}" if record.abstract else source,
        "location": record.place_text,
        "url": record.url or FEED.page(record.id),
        "categories": ["Événement", *record.keywords],
        "period": record.period,
        "updated": MOMENT,
        **({"lat": record.point.lat, "lon": record.point.lon} if record.point else {}),
    }
    found = {key: item.data.get(key, "") for key in expected}
    assert found == expected


# SPIP ------------------------------------------------------------------------------------------------------------


def items(document: bytes) -> list[Any]:
    return list(etree.fromstring(document).iterfind("channel/item"))


def test_spip_knows_each_record_by_one_address() -> None:
    found = dict(zip([r.id for r in LIVE], items(written("spip")), strict=True))
    for item in found.values():
        assert item.find("guid").get("isPermaLink") == "true" and item.findtext("guid") == item.findtext("link")
    assert found["cdr-exemple:1024"].findtext("guid") == FULL.url
    assert found["brut:1"].findtext("guid") == FEED.page("brut:1")
    assert found["liste:1"].findtext("guid") == "https://liste.exemple.fr/tableau"
    assert found["liste:2"].findtext("guid") == FEED.page("liste:2")
    assert len({item.findtext("guid") for item in found.values()}) == len(LIVE)


def test_spip_item() -> None:
    (item,) = items(one("spip", FULL))
    assert item.findtext("description") == FULL.abstract.replace("\n", " ")
    assert item.findtext("dc:date", namespaces=NS) == MOMENT
    assert [each.text for each in item.findall("dc:creator", NS)] == [WORDS.source("cdr-exemple")]
    assert [each.text for each in item.findall("dc:subject", NS)] == [
        *("Retour d'expérience", "Zones humides & mares", "Trame verte et bleue"),
        *FULL.keywords,
    ]
    assert [dict(each.attrib) for each in item.findall("enclosure")] == [
        {"url": FULL.documents[0].url, "length": "482113", "type": "application/pdf"},
        {"url": FULL.documents[1].url, "length": "0", "type": "application/octet-stream"},
    ]
    assert item.findtext("dc:language", namespaces=NS) == "fr"
    assert b"Jeanne Exemple" not in one("spip", FULL)


def test_feedparser_reads_every_item_of_spips_feed() -> None:
    feed = feedparser.parse(written("spip"))
    assert not feed.bozo, feed.bozo_exception
    assert feed.version == "rss20" and len(feed.entries) == len(LIVE)
    assert html.unescape(feed.feed.description) == FEED.description
    full = next(entry for entry in feed.entries if entry.title == FULL.title)
    assert full.link == FULL.url and full.author == WORDS.source("cdr-exemple")
    assert [file.href for file in full.enclosures] == [document.url for document in FULL.documents]


def test_spip_summary_is_short_enough_to_be_shown_whole() -> None:
    long = "Une phrase de quelques mots, et d’autres encore. " * 20
    (item,) = items(one("spip", replace(FULL, abstract=long)))
    said = item.findtext("description")
    assert 200 < len(said) <= 300 and said.endswith("encore.")


def test_spip_links_of_the_text_do_not_take_the_place_of_keywords() -> None:
    content = '<p><a href="https://a.exemple.fr/" rel="noopener noreferrer">là</a></p>'
    (item,) = items(one("spip", replace(FULL, content=content)))
    assert item.findtext("content:encoded", namespaces=NS) == '<p><a href="https://a.exemple.fr/">là</a></p>'


def test_spip_keyword_without_a_letter_does_not_hide_the_others() -> None:
    (item,) = items(one("spip", replace(FULL, themes=(), type="", keywords=("\x00", " ", "mares", "mares"))))
    assert [each.text for each in item.findall("dc:subject", NS)] == ["mares"]


@pytest.mark.parametrize(("count", "told"), [(spip.MOST, False), (spip.MOST + 1, True), (3 * spip.MOST, True)])
def test_spip_takes_a_thousand_and_is_told_when_there_are_more(count: int, told: bool) -> None:
    many = [Entry(f"s:{n}", MOMENT, "live", Record(id=f"s:{n}", source="s", title="t")) for n in range(count)]
    channel = etree.fromstring(written("spip", [*WITHDRAWN, *many])).find("channel")
    assert len(channel.findall("item")) == spip.MOST
    description = channel.findtext("description")
    assert description.startswith("Le réseau partage ses ressources &amp; ses &lt;outils&gt;.")
    assert ("https://pont.exemple.org/formats" in description and "1000" in description) == told


# WordPress: import file ------------------------------------------------------------------------------------------


def test_wxr_posts_are_drafts_by_nobody() -> None:
    channel = tree("wxr").find("channel")
    assert channel.findtext("wp:wxr_version", namespaces=NAMES) == "1.2"
    assert [a.findtext("wp:author_login", namespaces=NAMES) for a in channel.findall("wp:author", NAMES)] == [wxr.LOGIN]
    posts = channel.findall("item")
    assert len(posts) == len(LIVE)
    for number, post in enumerate(posts, 1):
        assert post.findtext("wp:post_id", namespaces=NAMES) == str(number)
        assert post.findtext("wp:status", namespaces=NAMES) == "draft"
        assert post.findtext("dc:creator", namespaces=NAMES) == wxr.LOGIN
    assert {post.findtext("guid") for post in posts} == {FEED.page(r.id) for r in LIVE}


def test_wxr_post() -> None:
    (post,) = items(one("wxr", FULL))
    assert post.findtext("title") == FULL.title and post.findtext("link") == FULL.url
    assert post.findtext("excerpt:encoded", namespaces=NAMES) == FULL.abstract
    assert post.findtext("content:encoded", namespaces=NAMES) == (
        f'{FULL.content}\n<p>Source : <a href="https://cdr.exemple.fr/fiches/mares?annee=2015&amp;lang=fr">'
        "Centre de ressources « Exemple &amp; Cie »</a> – "
        '<a href="https://www.etalab.gouv.fr/licence-ouverte-open-licence/">Licence Ouverte 2.0</a>'
        " – Centre de ressources Exemple, 2016</p>"
    )
    assert post.findtext("wp:post_date", namespaces=NAMES) == "2026-03-01 08:00:05"  # first seen: it does not move
    assert post.findtext("wp:post_modified_gmt", namespaces=NAMES) == "2026-11-01 10:00:00"
    assert [(c.get("domain"), c.get("nicename"), c.text) for c in post.findall("category")] == [
        ("category", "r-retour-experience", "Retour d'expérience"),
        ("category", "t-zones-humides", "Zones humides & mares"),
        ("category", "t-tvb", "Trame verte et bleue"),
        ("post_tag", "mares", "mares"),
        ("post_tag", "amphibiens", "amphibiens"),
        ("post_tag", "chantier-participatif", "chantier participatif"),
    ]
    assert meta(post) == {
        "partageons_id": FULL.id,
        "partageons_source": "Centre de ressources « Exemple & Cie »",
        "partageons_url": FULL.url,
        "partageons_licence": "Licence Ouverte 2.0",
        "partageons_licence_url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        "partageons_attribution": FULL.attribution,
        "geo_latitude": "45.7719",
        "geo_longitude": "4.8902",
        "geo_address": "Villeurbanne et Lyon (Rhône)",
    }


def meta(post: Any) -> dict[str, str]:
    pairs = post.iterfind("wp:postmeta", NAMES)
    return {p.findtext("wp:meta_key", namespaces=NAMES): p.findtext("wp:meta_value", namespaces=NAMES) for p in pairs}


def test_wxr_names_a_site_of_origin_that_no_link_leads_to() -> None:
    """The importer may turn what starts with it into links to the new site."""
    channel = tree("wxr").find("channel")
    origins = {channel.findtext(f"wp:{name}", namespaces=NAMES) for name in ("base_site_url", "base_blog_url")}
    assert origins == {"https://pont.exemple.org/feed.xyz"} and channel.findtext("link") == FEED.home


def test_wxr_says_each_category_once_before_its_first_post() -> None:
    channel = tree("wxr").find("channel")
    seen: list[str] = []
    for child in channel:
        if child.tag == f"{{{NAMES['wp']}}}category":
            seen.append(child.findtext("wp:category_nicename", namespaces=NAMES))
        elif child.tag == "item":
            assert {c.get("nicename") for c in child.findall("category[@domain='category']")} <= set(seen)
    assert len(seen) == len(set(seen)) and set(seen) == {c for r in LIVE for c in (r.type, *r.themes) if c}


def test_wxr_holds_no_markup_but_the_safe_one() -> None:
    hostile = replace(LIVE[0], title="<b>]]></b>", abstract="<script>x</script>\n]]>", attribution="<i>")
    (post,) = items(one("wxr", hostile))
    assert post.findtext("title") == "&lt;b&gt;]]&gt;&lt;/b&gt;"
    assert post.findtext("excerpt:encoded", namespaces=NAMES) == "&lt;script&gt;x&lt;/script&gt;\n]]&gt;"
    assert meta(post)["partageons_attribution"] == "<i>"
    assert post.findtext("content:encoded", namespaces=NAMES) == (
        "<p>&lt;script&gt;x&lt;/script&gt;</p><p>]]&gt;</p>\n"
        f'<p>Source : <a href="{FEED.page("brut:1")}">brut</a> – Licence non précisée – &lt;i&gt;</p>'
    )


# WordPress: our plugin -------------------------------------------------------------------------------------------


def test_wordpress_document() -> None:
    document = json.loads(written("wordpress"))
    assert list(document) == ["version", "title", "home", "url", "updated", "items", "withdrawn", "total"]
    assert (document["version"], document["total"]) == (1, len(LIVE))
    assert [item["id"].encode("utf-8", "replace") for item in document["items"]] == [
        r.id.encode("utf-8", "replace") for r in LIVE
    ]
    assert document["withdrawn"] == [entry.id for entry in WITHDRAWN]
    keys = {frozenset(item) for item in document["items"]}
    assert frozenset.union(*keys) - frozenset.intersection(*keys) == {"image", "point"}
    assert all(len(item["excerpt"]) <= 300 for item in document["items"])


def test_wordpress_item() -> None:
    (item,) = json.loads(one("wordpress", FULL))["items"]
    assert item == {
        "id": FULL.id,
        "url": FULL.url,
        "page": FEED.page(FULL.id),
        "title": FULL.title,
        "language": "fr",
        "excerpt": FULL.abstract.replace("\n", " "),
        "source": "Centre de ressources « Exemple & Cie »",
        "licence": "Licence Ouverte 2.0",
        "licence_url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        "attribution": FULL.attribution,
        "type": "Retour d'expérience",
        "themes": ["Zones humides & mares", "Trame verte et bleue"],
        "place": "Villeurbanne (Rhône), Métropole de Lyon",
        "territories": ["commune/69266", "epci/200046977"],
        "period": "D'avril 2014 à juillet 2015",
        "image": {"url": "https://cdr.exemple.fr/files/mare.jpg", "credit": "© Ville de Villeurbanne"},
        "point": {"lon": 4.8902, "lat": 45.7719},
        "documents": [
            {
                "url": "https://cdr.exemple.fr/files/mares.pdf",
                "title": "Fiche complète (PDF)",
                "type": "application/pdf",
            },
            {"url": "https://cdr.exemple.fr/files/plan", "title": "", "type": ""},
        ],
        "datestamp": MOMENT,
    }


def test_wordpress_period_is_in_words_when_the_source_gave_none() -> None:
    (item,) = json.loads(one("wordpress", replace(FULL, period_text="")))["items"]
    assert item["period"] == "d'avril 2014 à juillet 2015"
    poor = json.loads(one("wordpress", LIVE[0]))["items"][0]
    assert poor["url"] == FEED.page("brut:1") and poor["documents"] == [] and "image" not in poor


def test_a_type_of_file_that_is_none_is_not_said() -> None:
    record = replace(FULL, documents=(Document("https://a.exemple.fr/x", "PDF"),))
    assert items(one("spip", record))[0].find("enclosure").get("type") == "application/octet-stream"
