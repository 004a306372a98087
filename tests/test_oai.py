"""The OAI-PMH provider, rule by rule; every answer is also checked against the shape the protocol gives it."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from oai_memory import IDENTITY, NOW, Memory, Row

from bridge.oai import DAYS, OAI_DC, Identity, Selection, about, oai_identifier, record_id, respond
from bridge.record import Hop, Origin, Record

NS = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "p": "http://www.openarchives.org/OAI/2.0/provenance",
    "r": "http://www.openarchives.org/OAI/2.0/rights/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
SHAPE = etree.XMLSchema(etree.parse(Path(__file__).with_name("oai_pmh.xsd")))


def rows(count: int) -> list[Row]:
    """Rows in threes to the same second, one in seven withdrawn, one in five out of the set it was in."""
    return [
        Row(
            id=f"src:fiche-{n:03}",
            datestamp=f"2026-01-01T00:{n // 3:02}:00Z",
            deleted=n % 7 == 0,
            sets=("licence:CC-BY-4.0",) if n % 5 == 0 else ("partner:src", "theme:t-tvb"),
            left=("theme:t-tvb",) if n % 5 == 0 else (),
        )
        for n in range(count)
    ]


@pytest.fixture
def memory() -> Memory:
    return Memory(rows(25), {"partner": "Partenaires", "partner:src": "La source & co", "theme:t-tvb": "Trame verte"})


def ask(memory, *arguments, now=NOW, identity=IDENTITY, valid=True, **named):
    """The parsed answer; ``from_`` and the like stand for arguments that Python cannot spell."""
    pairs = [*arguments, *((name.rstrip("_"), value) for name, value in named.items())]
    root = etree.fromstring(respond(pairs, memory, identity, now))
    assert not valid or SHAPE.validate(root), SHAPE.error_log
    return root


def codes(root) -> list[str]:
    return root.xpath("o:error/@code", namespaces=NS)


def ids(root) -> list[str]:
    return [record_id(text, IDENTITY.node) for text in root.xpath("//o:header/o:identifier/text()", namespaces=NS)]


def token(root):
    found = root.xpath("//o:resumptionToken", namespaces=NS)
    return found[0] if found else None


def walk(memory, verb="ListRecords", identity=IDENTITY, between=lambda: None, **named):
    """All pages of a list."""
    pages = [ask(memory, verb=verb, identity=identity, **named)]
    while (mark := token(pages[-1])) is not None and mark.text:
        between()
        pages.append(ask(memory, verb=verb, identity=identity, resumptionToken=mark.text, valid=False))
    return pages


# Requests (P2-P6)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [("verb", "")],
        [("verb", "identify")],
        [("verb", "Identify"), ("verb", "Identify")],
        [("metadataPrefix", "oai_dc")],
        [("verb", "Identify\x00")],
    ],
)
def test_bad_verb_gives_a_request_without_attributes(memory, arguments):
    root = ask(memory, *arguments)
    assert codes(root) == ["badVerb"]
    request = root.find("o:request", NS)
    assert not request.attrib and request.text == IDENTITY.base_url


@pytest.mark.parametrize(
    "arguments",
    [
        [("verb", "Identify"), ("set", "partner")],
        [("verb", "Identify"), ("until", "2026-01-01")],
        [("verb", "GetRecord")],
        [("verb", "GetRecord"), ("identifier", "x")],
        [("verb", "GetRecord"), ("identifier", "x"), ("metadataPrefix", "oai_dc"), ("metadataPrefix", "oai_dc")],
        [("verb", "ListRecords")],
        [("verb", "ListRecords"), ("metadataPrefix", "")],
        [("verb", "ListRecords"), ("metadataPrefix", "oai dc")],
        [("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("set", "")],
        [("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("set", "a::b")],
        [("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("set", "élan")],
        [("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("resumptionToken", "x")],
        [("verb", "ListSets"), ("resumptionToken", "x"), ("set", "partner")],
        [("verb", "ListRecords"), ("resumptionToken", "x"), ("resumptionToken", "x")],
        [("verb", "ListIdentifiers"), ("metadataPrefix", "oai_dc"), ("\x00", "\ud800")],
    ],
)
def test_bad_argument(memory, arguments):
    root = ask(memory, *arguments)
    assert set(codes(root)) == {"badArgument"}
    assert not root.find("o:request", NS).attrib


@pytest.mark.parametrize(
    "date",
    [
        "",
        "2026",
        "2026-1-1",
        "2026-02-30",
        "0000-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.0Z",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00+0",
        "٢٠٢٦-٠١-٠١",
        " 2026-01-01",
        "hier",
    ],
)
def test_bad_dates(memory, date):
    for name in ("from", "until"):
        root = ask(memory, ("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), (name, date))
        assert codes(root) == ["badArgument"]


def test_all_that_is_wrong_is_said_at_once(memory):
    root = ask(memory, ("couleur", "vert"), verb="ListRecords", from_="hier", set_="à")
    assert codes(root) == ["badArgument"] * 4
    said = " ".join(root.xpath("o:error/text()", namespaces=NS))
    assert all(word in said for word in ("couleur", "hier", "metadataPrefix", "set"))


def test_ten_thousand_repeated_arguments_give_one_error(memory):
    root = ask(memory, *[("set", "a")] * 10_000, verb="ListRecords", metadataPrefix="oai_dc")
    assert codes(root) == ["badArgument"]


# Answers (P7-P13)


def test_the_answer_is_utf8_xml_dated_and_echoes_its_arguments(memory):
    arguments = [("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("from", "2026-01-01"), ("set", "theme:t-tvb")]
    body = respond(arguments, memory, IDENTITY, NOW)
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    root = etree.fromstring(body)
    where = root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    assert where == "http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
    assert root.findtext("o:responseDate", None, NS) == NOW
    assert dict(root.find("o:request", NS).attrib) == dict(arguments)


def test_identify(memory):
    memory.rows[3].deleted, memory.rows[3].datestamp = True, "2025-12-31T23:59:59Z"
    identify = ask(memory, verb="Identify").find("o:Identify", NS)
    said = {etree.QName(e).localname: e.text for e in identify if e.text}
    assert said == {
        "repositoryName": "Réseau d'essai <vert>",
        "baseURL": "https://pont.exemple.fr/oai",
        "protocolVersion": "2.0",
        "adminEmail": "contact@exemple.fr",
        "earliestDatestamp": "2025-12-31T23:59:59Z",
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
        "compression": "gzip",
    }
    own, friends = identify.xpath("o:description/*", namespaces=NS)
    assert [etree.QName(e).localname for e in own] == [
        "scheme",
        "repositoryIdentifier",
        "delimiter",
        "sampleIdentifier",
    ]
    assert [e.text for e in own] == ["oai", "pont.exemple.fr", ":", "oai:pont.exemple.fr:src:fiche-001"]
    assert own.tag == "{http://www.openarchives.org/OAI/2.0/oai-identifier}oai-identifier"
    assert [e.text for e in friends] == ["https://ami.exemple.fr/oai?a=1&b=2"]
    assert friends.tag == "{http://www.openarchives.org/OAI/2.0/friends/}friends"


def test_an_empty_repository_is_valid():
    lonely = Identity(name="n", base_url="http://a.fr/oai", admin_emails=("ab@a.fr",), node="a.fr", secret=b"")
    root = ask(Memory(), verb="Identify", identity=lonely)
    assert root.findtext(".//o:earliestDatestamp", None, NS) == NOW
    assert len(root.findall(".//o:description", NS)) == 1
    assert root.xpath("string(//*[local-name()='sampleIdentifier'])") == "oai:a.fr:exemple:1"
    assert codes(ask(Memory(), verb="ListSets")) == ["noSetHierarchy"]
    assert codes(ask(Memory(), verb="ListRecords", metadataPrefix="oai_dc")) == ["noRecordsMatch"]


def test_earliest_datestamp_is_never_after_the_answer():
    memory = Memory([Row("src:1", "2026-06-30T12:00:01Z")])
    assert ask(memory, verb="Identify").findtext(".//o:earliestDatestamp", None, NS) == NOW


def test_formats(memory):
    for named in ({}, {"identifier": "oai:pont.exemple.fr:src:fiche-001"}):
        found = ask(memory, verb="ListMetadataFormats", **named).findall(".//o:metadataFormat", NS)
        assert [[e.text for e in one] for one in found] == [
            ["oai_dc", OAI_DC.schema, OAI_DC.namespace],
            ["pv", "https://pont.exemple.fr/schemas/pv.xsd", "https://exemple.fr/pv"],
        ]
    assert codes(ask(memory, verb="ListMetadataFormats", identifier="oai:x.fr:src:1")) == ["idDoesNotExist"]


def test_sets(memory):
    root = ask(memory, verb="ListSets")
    assert [[e.text for e in one] for one in root.findall(".//o:set", NS)] == [list(pair) for pair in memory.sets()]
    assert token(root) is None
    root = ask(memory, verb="ListSets", resumptionToken="x")
    assert codes(root) == ["badResumptionToken"]
    assert root.find("o:request", NS).get("resumptionToken") == "x"


def test_sets_that_are_questions_say_what_they_are(memory):
    said = (("fr", "Ce que reçoit « A & B »."), ("en", "What A & B receives."))
    identity = replace(IDENTITY, selections=(Selection("target:a", "Destination : A", said),))
    for held in (memory, Memory()):
        last = ask(held, verb="ListSets", identity=identity).findall(".//o:set", NS)[-1]
        assert [last.findtext("o:setSpec", None, NS), last.findtext("o:setName", None, NS)] == [
            "target:a",
            "Destination : A",
        ]
        described = last.findall("o:setDescription/{http://www.openarchives.org/OAI/2.0/oai_dc/}dc/dc:description", NS)
        lang = "{http://www.w3.org/XML/1998/namespace}lang"
        assert [(e.get(lang), e.text) for e in described] == list(said)


def test_what_xml_cannot_hold_is_left_out_of_what_is_said(memory):
    """Also of what is echoed: one such character ends a harvest."""
    bad = "\x00\x0b\ud800\uffff<&\"'>"
    identity = replace(IDENTITY, name=f"Ré{bad}seau", friends=(f"https://a.fr/{bad}",))
    memory.names["partner:src"] = f"La{bad}source"
    identify = ask(memory, verb="Identify", identity=identity)
    assert identify.findtext(".//o:repositoryName", None, NS) == "Ré<&\"'>seau"
    assert "La<&\"'>source" in ask(memory, verb="ListSets").xpath("//o:setName/text()", namespaces=NS)
    assert codes(ask(memory, ("verb", "Identify"), (bad, bad))) == ["badArgument"]
    echoed = ask(memory, verb="GetRecord", identifier=bad, metadataPrefix="oai_dc")
    assert echoed.find("o:request", NS).get("identifier") == "<&\"'>"


# GetRecord


def test_get_record(memory):
    memory.rows[1].title = "Mares &amp; tritons"
    root = ask(memory, verb="GetRecord", identifier="oai:pont.exemple.fr:src:fiche-001", metadataPrefix="oai_dc")
    record = root.find(".//o:record", NS)
    assert [etree.QName(e).localname for e in record] == ["header", "metadata", "about"]
    assert record.xpath("o:header/o:setSpec/text()", namespaces=NS) == ["partner:src", "theme:t-tvb"]
    assert record.xpath("string(o:metadata)", namespaces=NS) == "Mares & tritons"
    pv = ask(memory, verb="GetRecord", identifier="oai:pont.exemple.fr:src:fiche-001", metadataPrefix="pv")
    assert pv.find(".//{https://exemple.fr/pv}title") is not None


def test_a_withdrawn_record_is_a_header(memory):
    root = ask(memory, verb="GetRecord", identifier="oai:pont.exemple.fr:src:fiche-000", metadataPrefix="oai_dc")
    (header,) = root.find(".//o:record", NS)
    assert header.get("status") == "deleted"


def test_a_record_that_cannot_be_written_costs_only_itself(memory):
    """Never an empty page with a token: a client stops there."""
    for row in memory.rows[1:15]:
        row.broken = "pv"
    pages = walk(memory, metadataPrefix="pv")
    assert [i for page in pages for i in ids(page)] == [row.id for row in memory.rows if not row.broken]
    assert all(ids(page) for page in pages)
    assert len([i for page in walk(memory, metadataPrefix="oai_dc") for i in ids(page)]) == len(memory.rows)
    asked = {"verb": "GetRecord", "identifier": "oai:pont.exemple.fr:src:fiche-001"}
    assert codes(ask(memory, **asked, metadataPrefix="pv")) == ["cannotDisseminateFormat"]
    assert codes(ask(memory, **asked, metadataPrefix="oai_dc")) == []


def test_unknown_format(memory):
    root = ask(memory, verb="GetRecord", identifier="oai:pont.exemple.fr:src:fiche-001", metadataPrefix="marc21")
    assert codes(root) == ["cannotDisseminateFormat"]
    assert root.find("o:request", NS).get("metadataPrefix") == "marc21"
    for verb in ("ListRecords", "ListIdentifiers"):
        assert codes(ask(memory, verb=verb, metadataPrefix="marc21")) == ["cannotDisseminateFormat"]


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "oai",
        "oai:pont.exemple.fr:",
        "oai:pont.exemple.fr:src:absent",
        "oai:autre.exemple.fr:src:fiche-001",
        "OAI:pont.exemple.fr:src:fiche-001",
        "oai:pont.exemple.fr:src%3Afiche-001",
        "oai:pont.exemple.fr:src:fiche-001%00",
        "oai:pont.exemple.fr:%FF%FE",
        "oai:pont.exemple.fr:src:fiche 001",
        'invalid"<id>&',
        "\x00\x0b\ud800\uffff",
        "é" * 8000,
    ],
)
def test_junk_identifiers_do_not_exist(memory, identifier):
    root = ask(memory, verb="GetRecord", identifier=identifier, metadataPrefix="oai_dc")
    assert codes(root) == ["idDoesNotExist"]


@pytest.mark.parametrize("id", ["a:b", "a:b/c?d=1&e#f", "a:été%20", "a:b c", "a:~._-", "a:'\"<>", "a::", "a:💧"])
def test_identifiers_are_legal_and_reversible(id):
    identifier = oai_identifier(id, "pont.exemple.fr")
    assert re.fullmatch(r"oai:pont\.exemple\.fr:[A-Za-z0-9._~:%-]+", identifier)
    assert record_id(identifier, "pont.exemple.fr") == id
    assert record_id(identifier, "autre.exemple.fr") == ""


# Dates and deletions (P16-P22)


def test_bounds_are_inclusive_and_day_until_is_the_whole_day(memory):
    wide = IDENTITY.page_size * 10
    identity = Identity(**{f: getattr(IDENTITY, f) for f in IDENTITY.__slots__} | {"page_size": wide})
    memory.rows = [
        Row(f"s:{n}", f"2026-01-0{d}T{t}Z")
        for n, (d, t) in enumerate(
            [(1, "23:59:59"), (2, "00:00:00"), (2, "12:00:00"), (2, "23:59:59"), (3, "00:00:00")]
        )
    ]

    def found(**named):
        return ids(ask(memory, verb="ListIdentifiers", metadataPrefix="oai_dc", identity=identity, **named))

    assert found() == ["s:0", "s:1", "s:2", "s:3", "s:4"]
    assert found(from_="2026-01-02", until="2026-01-02") == ["s:1", "s:2", "s:3"]
    assert found(from_="2026-01-02T12:00:00Z", until="2026-01-02T12:00:00Z") == ["s:2"]
    assert found(from_="2026-01-02T23:59:59Z") == ["s:3", "s:4"]
    assert found(until="2026-01-02T00:00:00Z") == ["s:0", "s:1"]
    assert found(until="2026-01-01") == ["s:0"]


def test_window_errors(memory):
    ask_ = dict(verb="ListRecords", metadataPrefix="oai_dc")
    mixed = ask(memory, **ask_, from_="2026-01-01", until="2026-01-02T00:00:00Z")
    assert codes(mixed) == ["badArgument"]
    assert codes(ask(memory, **ask_, from_="2026-01-02", until="2026-01-01")) == ["badArgument"]
    assert codes(ask(memory, **ask_, until="2000-01-01")) == ["noRecordsMatch"]
    assert codes(ask(memory, **ask_, from_="2099-01-01")) == ["noRecordsMatch"]
    assert codes(ask(memory, **ask_, set_="theme:inconnu")) == ["noRecordsMatch"]


def test_nothing_stamped_after_the_answer_is_listed(memory):
    memory.rows = [Row("s:1", NOW), Row("s:2", "2026-06-30T12:00:01Z")]
    for named in ({}, {"until": "2026-06-30"}, {"until": "2099-01-01T00:00:00Z"}):
        assert ids(ask(memory, verb="ListRecords", metadataPrefix="oai_dc", **named)) == ["s:1"]
    later = ask(memory, verb="ListRecords", metadataPrefix="oai_dc", from_=NOW, now="2026-06-30T13:00:00Z")
    assert ids(later) == ["s:1", "s:2"]


def test_what_left_a_set_is_deleted_there_and_only_there(memory):
    def deleted(**named):
        pages = walk(memory, metadataPrefix="oai_dc", **named)
        return {
            i
            for p in pages
            for i in ids(p)
            if p.xpath(
                "//o:header[@status='deleted'][o:identifier=$i]", namespaces=NS, i=oai_identifier(i, IDENTITY.node)
            )
        }

    withdrawn = {row.id for row in memory.rows if row.deleted}
    assert deleted() == withdrawn
    assert deleted(set_="theme:t-tvb") == withdrawn | {row.id for row in memory.rows if row.left}


def test_a_repository_that_keeps_no_promise_says_so(memory):
    for policy in ("no", "transient"):
        root = ask(memory, verb="Identify", identity=replace(IDENTITY, deleted=policy))
        assert root.findtext(".//o:deletedRecord", None, NS) == policy


def test_a_repository_of_days():
    """Its datestamps, bounds and ends of pages are days; instants are refused."""
    identity = replace(IDENTITY, granularity=DAYS, page_size=2)
    memory = Memory([Row(f"s:{n}", f"2026-06-{day:02}") for n, day in enumerate((1, 1, 2, 29, 30))])
    identify = ask(memory, verb="Identify", identity=identity)
    assert identify.findtext(".//o:granularity", None, NS) == DAYS
    assert identify.findtext(".//o:earliestDatestamp", None, NS) == "2026-06-01"
    assert identify.findtext("o:responseDate", None, NS) == NOW
    assert ask(Memory(), verb="Identify", identity=identity).findtext(".//o:earliestDatestamp", None, NS) == NOW[:10]

    def found(**named):
        return [i for page in walk(memory, metadataPrefix="oai_dc", identity=identity, **named) for i in ids(page)]

    assert found() == ["s:0", "s:1", "s:2", "s:3", "s:4"]
    assert found(from_="2026-06-02", until="2026-06-29") == ["s:2", "s:3"]
    assert found(until="2026-06-01") == ["s:0", "s:1"]
    for named in ({"from_": "2026-06-01T00:00:00Z"}, {"until": "2026-06-01T00:00:00Z"}):
        refused = ask(memory, verb="ListRecords", metadataPrefix="oai_dc", identity=identity, **named)
        assert codes(refused) == ["badArgument"]


def test_identifiers_that_follow_no_scheme_are_given_as_they_are():
    memory = Memory([Row("https://a.fr/?x=1&y=2", NOW)])
    identity = replace(IDENTITY, node="", friends=(), descriptions=('<g:g xmlns:g="https://a.fr/g"/>',))
    identifier = ask(memory, verb="ListIdentifiers", metadataPrefix="pv", identity=identity, valid=False)
    assert identifier.findtext(".//o:identifier", None, NS) == memory.rows[0].id
    one = {"verb": "GetRecord", "identifier": memory.rows[0].id, "metadataPrefix": "pv", "identity": identity}
    assert codes(ask(memory, **one, valid=False)) == []
    (description,) = ask(memory, verb="Identify", identity=identity).findall(".//o:description/*", NS)
    assert description.tag == "{https://a.fr/g}g"


# Lists (P23-P28)


@pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers"])
@pytest.mark.parametrize("count", [1, 9, 10, 11, 20, 21, 25])
def test_a_list_is_given_whole_once_in_order(verb, count):
    memory = Memory(rows(count))
    pages = walk(memory, verb, metadataPrefix="pv")
    assert [i for page in pages for i in ids(page)] == [row.id for row in memory.rows]
    assert len(pages) == -(-count // 10)
    assert all(ids(page) for page in pages)
    marks = [token(page) for page in pages]
    if count <= 10:
        assert marks == [None]
    else:
        assert [mark.get("cursor") for mark in marks] == [str(10 * n) for n in range(len(pages))]
        assert {mark.get("completeListSize") for mark in marks} == {str(count)}
        assert {mark.get("expirationDate") for mark in marks[:-1]} == {"2026-07-07T12:00:00Z"}
        assert not marks[-1].text
        assert len({mark.text for mark in marks}) == len(marks)
    for page in pages:
        assert SHAPE.validate(page), SHAPE.error_log
        assert bool(page.findall(".//o:metadata", NS)) == (verb == "ListRecords" and count > 1)


def test_a_token_keeps_the_selection(memory):
    pages = walk(memory, metadataPrefix="oai_dc", set_="theme:t-tvb", from_="2026-01-01", until="2026-01-01")
    expected = [row.id for row in memory.rows]
    assert [i for page in pages for i in ids(page)] == expected
    assert token(pages[0]).get("completeListSize") == str(len(expected))


def test_tokens_are_safe_in_an_address_and_can_be_replayed(memory):
    first = ask(memory, verb="ListRecords", metadataPrefix="oai_dc", set_="partner:src")
    mark = token(first).text
    assert re.fullmatch(r"[A-Za-z0-9_-]+", mark)
    again = [respond([("verb", "ListRecords"), ("resumptionToken", mark)], memory, IDENTITY, NOW) for _ in "ab"]
    assert again[0] == again[1]


def test_what_changes_during_a_harvest_is_never_lost(memory):
    """One given and one to come change between pages; the next harvest, from the first answer's date, has both."""

    def between():
        memory.rows[1].datestamp = memory.rows[21].datestamp = "2026-06-30T12:00:05Z"

    given = [i for page in walk(memory, metadataPrefix="oai_dc", between=between) for i in ids(page)]
    assert len(given) == len(set(given)) == 24 and "src:fiche-021" not in given
    later = ask(memory, verb="ListRecords", metadataPrefix="oai_dc", from_=NOW, now="2026-07-01T00:00:00Z")
    assert set(ids(later)) == {"src:fiche-001", "src:fiche-021"}


def test_a_list_whose_rest_changed_ends_without_an_error(memory):
    def between():
        for row in memory.rows:
            row.datestamp = "2026-06-30T12:00:05Z"

    first, last = walk(memory, metadataPrefix="oai_dc", between=between)
    assert len(ids(first)) == 10 and ids(last) == []
    assert codes(last) == [] and token(last) is not None and not token(last).text


def junk_tokens(mark: str) -> list[str]:
    raw = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
    seal, text = raw[:8], raw[8:]

    def encode(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    changed = [mark[:n] + ("A" if mark[n] != "A" else "B") + mark[n + 1 :] for n in range(0, len(mark) - 2, 5)]
    return [
        *changed, "", "junk", "a b+c/=&é", "=", "====", "é" * 9, "\x00", "\ud800", "A" * 8192, mark[:-4], mark[4:],
        encode(seal), encode(text), encode(seal + b"[" * 5000), encode(seal + text.replace(b"oai_dc", b"oai_xx")),
    ]  # fmt: skip


def test_no_token_but_ours_is_taken(memory):
    mark = token(ask(memory, verb="ListRecords", metadataPrefix="oai_dc")).text
    for junk in junk_tokens(mark):
        root = ask(memory, verb="ListRecords", resumptionToken=junk)
        assert codes(root) == ["badResumptionToken"], junk
    assert codes(ask(memory, verb="ListIdentifiers", resumptionToken=mark)) == ["badResumptionToken"]
    fields = {name: getattr(IDENTITY, name) for name in IDENTITY.__slots__}
    for change in ({"secret": b"autre"}, {"base_url": "https://pont.exemple.fr/pour/x/oai"}):
        other = Identity(**fields | change)
        assert codes(ask(memory, verb="ListRecords", resumptionToken=mark, identity=other)) == ["badResumptionToken"]
    fewer = Identity(**fields | {"formats": {"pv": IDENTITY.formats["pv"]}})
    root = ask(memory, verb="ListRecords", resumptionToken=mark, identity=fewer)
    assert codes(root) == ["cannotDisseminateFormat"]


# Provenance


UNKNOWN = ("NOASSERTION", "")


def abouts(record: Record, url: str, licence: tuple[str, str] = UNKNOWN):
    """The content of each ``about``."""
    root = etree.fromstring(f'<record xmlns="{NS["o"]}">{about(record, url, NOW, licence)}</record>')
    assert {e.tag for e in root} == {f"{{{NS['o']}}}about"} and all(len(e) == 1 for e in root)
    return [e[0] for e in root]


def chain(record: Record, url: str):
    (found,) = abouts(record, url)
    where = found.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    assert where == f"{NS['p']} {NS['p']}.xsd"
    (one,) = found
    while one is not None:
        parts = [etree.QName(e).localname for e in one]
        assert parts[:4] == ["baseURL", "identifier", "datestamp", "metadataNamespace"]
        yield one.get("harvestDate"), one.get("altered"), *[e.text for e in one[:4]]
        one = one.find("p:originDescription", NS)


def test_provenance_of_a_record_at_home():
    record = Record(id="src:a/1", source="src", title="x", origin=Origin("ici", "https://ici.fr/?a&b"))
    stamps = [(), ("created",), ("created", "modified")]
    for given in stamps:
        held = {name: f"2020-01-01T00:00:0{n}Z" for n, name in enumerate(given)}
        dated = Record(id=record.id, source="src", title="x", origin=record.origin, **held)
        assert list(chain(dated, "https://ici.fr/api?x=1&y=2")) == [
            (NOW, "true", "https://ici.fr/api?x=1&y=2", "https://ici.fr/?a&b", [*held.values(), NOW][-1]
             if not held else list(held.values())[-1], None)
        ]  # fmt: skip
    plain = Record(id="src:a:1", source="src", title="x")
    assert next(chain(plain, "https://ici.fr"))[3] == "a:1"


def test_provenance_of_a_record_that_came_through_others():
    path = (
        Hop("https://b.fr/oai", "oai:b.fr:1", "2024-01-01T00:00:00Z", "http://ns/", altered=True),
        Hop("https://a.fr/oai", "1", "hier <midi>"),
    )
    record = Record(id="src:oai-b-1", source="src", title="x", origin=Origin("a.fr", "1"), path=path)
    assert list(chain(record, "https://b.fr/oai")) == [
        (NOW, "true", "https://b.fr/oai", "oai-b-1", NOW, None),
        (NOW, "true", "https://b.fr/oai", "oai:b.fr:1", "2024-01-01T00:00:00Z", "http://ns/"),
        (NOW, "false", "https://a.fr/oai", "1", NOW, None),
    ]


def test_rights_are_told_when_they_are_known():
    """Beside the provenance: the address of the licence, else its name."""
    plain = Record(id="src:1", source="src", title="x")
    assert len(abouts(plain, "https://ici.fr")) == 1
    given = replace(plain, licence="CC-BY-4.0")
    address = "https://creativecommons.org/licenses/by/4.0/?a&b"
    _, rights = abouts(given, "https://ici.fr", ("CC BY 4.0", address))
    assert rights.tag == f"{{{NS['r']}}}rights"
    where = rights.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    assert where == "http://www.openarchives.org/OAI/2.0/rights/ http://www.openarchives.org/OAI/2.0/rights.xsd"
    (reference,) = rights
    assert (reference.tag, dict(reference.attrib)) == (f"{{{NS['r']}}}rightsReference", {"ref": address})
    _, rights = abouts(replace(plain, licence="interne"), "https://ici.fr", ("Usage <interne>", ""))
    ((definition,),) = [list(rights)]
    assert definition.tag == f"{{{NS['r']}}}rightsDefinition"
    assert [(e.tag, e.text) for e in definition] == [(f"{{{NS['dc']}}}rights", "Usage <interne>")]
