"""What the protocol asks of any OAI-PMH 2.0 repository, asked over HTTP of the one at an address.

Written from http://www.openarchives.org/OAI/openarchivesprotocol.html and the guidelines for repositories. Each
function of ``CHECKS`` takes a ``Repository`` and raises AssertionError. A repository should hold more than one page,
something deleted, and not change meanwhile.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

import requests
from lxml import etree

OAI = "{http://www.openarchives.org/OAI/2.0/}"
SCHEME = "{http://www.openarchives.org/OAI/2.0/oai-identifier}"
SECONDS = "YYYY-MM-DDThh:mm:ssZ"
FORM = "application/x-www-form-urlencoded"
LISTS = ("ListRecords", "ListIdentifiers")
ARGUMENTS: dict[str, tuple[set[str], set[str]]] = {
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), {"resumptionToken"}),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set", "resumptionToken"}),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set", "resumptionToken"}),
}
"""What each verb needs, and what it may have."""
ERRORS = {
    "Identify": set(),
    "ListMetadataFormats": {"idDoesNotExist", "noMetadataFormats"},
    "ListSets": {"badResumptionToken", "noSetHierarchy"},
    "GetRecord": {"cannotDisseminateFormat", "idDoesNotExist"},
    "ListIdentifiers": {"badResumptionToken", "cannotDisseminateFormat", "noRecordsMatch", "noSetHierarchy"},
    "ListRecords": {"badResumptionToken", "cannotDisseminateFormat", "noRecordsMatch", "noSetHierarchy"},
}
"""The errors of a request whose arguments are well made."""
AT_ONCE = 3
"""Requests that are under way together, where many are made."""

Pairs = Sequence[tuple[str, str]]


def _schema() -> etree.XMLSchema:
    """Answers of the protocol, with records in ``pv`` within."""
    here = Path(__file__).parent
    driver = (
        '<schema xmlns="http://www.w3.org/2001/XMLSchema">'
        '<import namespace="https://partageons-vert.org/ns/pv/1.0" schemaLocation="../plugins/pv.xsd"/>'
        '<import namespace="http://www.openarchives.org/OAI/2.0/" schemaLocation="oai_pmh.xsd"/></schema>'
    )
    return etree.XMLSchema(etree.fromstring(driver, base_url=(here / "driver.xsd").as_uri()))


class Header(NamedTuple):
    identifier: str
    datestamp: str
    deleted: bool
    sets: tuple[str, ...]


class Repository:
    """A client that believes nothing: every answer is judged before it is given.

    ``patience`` is how many requests are made where many are.
    """

    def __init__(self, url: str, patience: int = 1000) -> None:
        self.url = url
        self.patience = patience
        self._schema = _schema()
        self._session = requests.Session()

    def send(self, pairs: Pairs, post: bool = False, session: requests.Session | None = None) -> requests.Response:
        """The answer to arguments, in the address or as a form."""
        session = session or self._session
        coded = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
        if post:
            return session.post(self.url, coded, headers={"Content-Type": FORM}, timeout=60)
        return session.get(f"{self.url}{'&' if '?' in self.url else '?'}{coded}", timeout=60)

    def ask(self, pairs: Pairs, post: bool = False) -> etree._Element:
        return self.judged(pairs, self.send(pairs, post))

    def get(self, verb: str, **asked: str) -> etree._Element:
        """The same, by names; ``from_`` is ``from``."""
        return self.ask([("verb", verb), *((name.rstrip("_"), value) for name, value in asked.items())])

    def judged(self, pairs: Pairs, answer: requests.Response) -> etree._Element:
        """The document, once it is known to be an answer of the protocol to this request."""
        said = f"{pairs!r:.300} : {answer.status_code} {answer.text[:300]!r}"
        assert answer.status_code == 200, said
        assert answer.headers["Content-Type"].replace(" ", "").lower() == "text/xml;charset=utf-8", answer.headers
        root = etree.fromstring(answer.content)
        # A list whose rest changed meanwhile ends with an empty token alone: any error would make clients drop it all.
        emptied = any(name == "resumptionToken" for name, _ in pairs) and root.find(f"{OAI}error") is None
        if not (emptied and root.find(f".//{OAI}header") is None):
            assert self._schema.validate(_without_what_is_no_address(root)), f"{said}\n{self._schema.error_log}"
        request = root.find(f"{OAI}request")
        codes = codes_of(root)
        assert request is not None and (not self._base or request.text == self._base), said
        if {"badVerb", "badArgument"} & set(codes):
            assert not request.attrib, said
        elif all(value.isprintable() for _, value in pairs):
            assert dict(request.attrib) == dict(pairs), said
        return root

    @property
    def _base(self) -> str:
        """The address that it says it has, once it is known."""
        known = self.__dict__.get("identify")
        return "" if known is None else known.findtext(f"{OAI}baseURL")

    @cached_property
    def identify(self) -> etree._Element:
        found = self.get("Identify").find(f"{OAI}Identify")
        assert found is not None
        return found

    @property
    def seconds(self) -> bool:
        return self.identify.findtext(f"{OAI}granularity") == SECONDS

    @cached_property
    def prefixes(self) -> list[str]:
        return texts(self.get("ListMetadataFormats"), "metadataPrefix")

    @cached_property
    def sets(self) -> list[str]:
        return texts(self.get("ListSets"), "setSpec")

    @cached_property
    def headers(self) -> list[Header]:
        """The headers of everything, in the order in which they are given."""
        return self.walk("ListIdentifiers", metadataPrefix="oai_dc")

    @cached_property
    def records(self) -> dict[str, dict[str, etree._Element]]:
        """The records of everything, by metadata prefix and by identifier."""
        found = {}
        for prefix in self.prefixes:
            pages = self.pages("ListRecords", metadataPrefix=prefix)
            found[prefix] = {
                text(record, "identifier"): record for page in pages for record in page.iter(f"{OAI}record")
            }
        return found

    def pages(self, verb: str, **asked: str) -> list[etree._Element]:
        pages = [self.get(verb, **asked)]
        while token := token_of(pages[-1]):
            assert len(pages) < 10_000
            pages.append(self.get(verb, resumptionToken=token))
        return pages

    def walk(self, verb: str, **asked: str) -> list[Header]:
        return [header for page in self.pages(verb, **asked) for header in headers_of(page)]


def _without_what_is_no_address(root: etree._Element) -> etree._Element:
    """The schema wants an address where a request is repeated whose identifier was none."""
    request = root.find(f"{OAI}request")
    if request is None or re.fullmatch(r"[A-Za-z][\w+.-]*:[!-~]+", request.get("identifier", "a:a")):
        return root
    kept = deepcopy(root)
    kept.find(f"{OAI}request").attrib.pop("identifier")
    return kept


def codes_of(root: etree._Element) -> list[str]:
    return [error.get("code", "") for error in root.findall(f"{OAI}error")]


def token_of(root: etree._Element) -> str:
    return root.findtext(f".//{OAI}resumptionToken") or ""


def texts(root: etree._Element, name: str) -> list[str]:
    return [element.text or "" for element in root.iter(f"{OAI}{name}")]


def text(root: etree._Element, name: str) -> str:
    return texts(root, name)[0]


def headers_of(root: etree._Element) -> list[Header]:
    return [
        Header(
            text(one, "identifier"),
            text(one, "datestamp"),
            one.get("status") == "deleted",
            tuple(texts(one, "setSpec")),
        )
        for one in root.iter(f"{OAI}header")
    ]


def plain(root: etree._Element) -> bytes:
    """A document without what is allowed to differ from one moment to the next."""
    kept = deepcopy(root)
    for name in ("responseDate", "resumptionToken"):
        for element in kept.iter(f"{OAI}{name}"):
            element.text = ""
            element.attrib.pop("expirationDate", None)
    return etree.tostring(kept, method="c14n2")


def date(said: str) -> datetime:
    shape = "%Y-%m-%d" if len(said) == 10 else "%Y-%m-%dT%H:%M:%SZ"
    return datetime.strptime(said, shape).replace(tzinfo=UTC)


def what_it_says_of_itself(repository: Repository) -> None:
    said = repository.identify
    assert said.findtext(f"{OAI}repositoryName", "").strip()
    assert said.findtext(f"{OAI}baseURL", "").startswith(("http://", "https://"))
    assert said.findtext(f"{OAI}protocolVersion") == "2.0"
    assert date(said.findtext(f"{OAI}earliestDatestamp", "")) <= datetime.now(UTC) + timedelta(days=1)
    assert len(said.findtext(f"{OAI}earliestDatestamp", "")) == len(said.findtext(f"{OAI}granularity", ""))
    for scheme in said.iter(f"{SCHEME}oai-identifier"):
        start = "oai:" + scheme.findtext(f"{SCHEME}repositoryIdentifier", "") + ":"
        assert scheme.findtext(f"{SCHEME}sampleIdentifier", "").startswith(start)
        assert all(header.identifier.startswith(start) for header in repository.headers)


def each_format_is_given(repository: Repository) -> None:
    assert "oai_dc" in repository.prefixes and len(set(repository.prefixes)) == len(repository.prefixes)
    one = live(repository)[0]
    assert set(texts(repository.get("ListMetadataFormats", identifier=one), "metadataPrefix")) <= set(
        repository.prefixes
    )
    spaces = texts(repository.get("ListMetadataFormats"), "metadataNamespace")
    for prefix, space in zip(repository.prefixes, spaces, strict=True):
        record = repository.get("GetRecord", identifier=one, metadataPrefix=prefix)
        assert etree.QName(record.find(f".//{OAI}metadata")[0]).namespace == space, prefix


def each_error_has_its_code(repository: Repository) -> None:
    one, prefix = live(repository)[0], {"metadataPrefix": "oai_dc"}
    cases: list[tuple[str, str, dict[str, str]]] = [
        ("idDoesNotExist", "GetRecord", {"identifier": "oai:nulle.part.fr:1", **prefix}),
        ("idDoesNotExist", "GetRecord", {"identifier": f"{one}-absent", **prefix}),
        ("idDoesNotExist", "GetRecord", {"identifier": "n'importe quoi <&> ' OR 1=1", **prefix}),
        ("idDoesNotExist", "ListMetadataFormats", {"identifier": f"{one}-absent"}),
        ("cannotDisseminateFormat", "GetRecord", {"identifier": one, "metadataPrefix": "inconnu"}),
        ("cannotDisseminateFormat", "ListRecords", {"metadataPrefix": "inconnu"}),
        ("cannotDisseminateFormat", "ListIdentifiers", {"metadataPrefix": "OAI_DC"}),
        ("noRecordsMatch", "ListRecords", {**prefix, "until": "1970-01-01"}),
        ("noRecordsMatch", "ListIdentifiers", {**prefix, "from_": "2999-01-01"}),
        ("noRecordsMatch", "ListRecords", {**prefix, "set": "un-ensemble-inconnu"}),
        ("badResumptionToken", "ListRecords", {"resumptionToken": "jeton"}),
        ("badResumptionToken", "ListIdentifiers", {"resumptionToken": ""}),
        ("badResumptionToken", "ListSets", {"resumptionToken": "jeton"}),
    ]
    for code, verb, asked in cases:
        assert codes_of(repository.get(verb, **asked)) == [code], (verb, asked)


def ill_made_requests_are_refused(repository: Repository) -> None:
    """With a request element without attributes, in both methods."""
    lists = [("verb", "ListRecords"), ("metadataPrefix", "oai_dc")]
    verbs: list[list[tuple[str, str]]] = [
        [],
        [("verb", "")],
        [("verb", "identify")],
        [("verb", "Identify"), ("verb", "Identify")],
        [("metadataPrefix", "oai_dc")],
        [("verb", "Nothing"), ("set", "a")],
    ]
    arguments: list[list[tuple[str, str]]] = [
        [("verb", "Identify"), ("x", "1")],
        [("verb", "ListSets"), ("metadataPrefix", "oai_dc")],
        [("verb", "GetRecord"), ("metadataPrefix", "oai_dc")],
        [("verb", "GetRecord"), ("identifier", live(repository)[0])],
        [("verb", "ListRecords")],
        [*lists, ("metadataPrefix", "oai_dc")],
        [*lists, ("set", "a"), ("set", "b")],
        [*lists, ("from", "2020-01-01"), ("from", "2020-01-01")],
        [*lists, ("resumptionToken", "jeton")],
        [("verb", "ListRecords"), ("resumptionToken", "a"), ("resumptionToken", "a")],
        [("verb", "ListRecords"), ("metadataPrefix", "oai dc")],
        [*lists, ("set", "a b")],
        [*lists, ("from", "2020-01-01"), ("until", "2020-01-01T00:00:00Z")],
        [*lists, ("from", "2020-01-02"), ("until", "2020-01-01")],
    ]
    for code, requests_ in (("badVerb", verbs), ("badArgument", arguments)):
        for pairs in requests_:
            for post in (False, True):
                assert set(codes_of(repository.ask(pairs, post))) == {code}, pairs


def bad_dates_are_refused(repository: Repository) -> None:
    bad = ["", "2020", "2020-01", "2020-13-01", "2020-02-30", "01/02/2020", "2020-01-01T", "2020-01-01T00:00:00"]
    bad += ["2020-01-01T24:00:00Z", "2020-01-01T00:60:00Z", "2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00+01:00"]
    bad += ["2020-01-01 00:00:00", "2020-01-01T00:00Z", "-2020-01-01", "hier", "2020-01-01\n", "２０２０-01-01"]
    for verb in LISTS:
        for bound in ("from", "until"):
            for said in bad:
                pairs = [("verb", verb), ("metadataPrefix", "oai_dc"), (bound, said)]
                assert set(codes_of(repository.ask(pairs))) == {"badArgument"}, pairs


def get_and_post_answer_alike(repository: Repository) -> None:
    one = live(repository)[0]
    for asked in (
        {"verb": "Identify"},
        {"verb": "ListMetadataFormats"},
        {"verb": "ListSets"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2000-01-01"},
        {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"},
        {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": one},
        {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "a b&c=d+é%"},
    ):
        pairs = list(asked.items())
        assert plain(repository.ask(pairs)) == plain(repository.ask(pairs, post=True)), asked


def a_walk_gives_each_once(repository: Repository) -> None:
    """Twice the same, in both lists and in every format; with something deleted."""
    headers = repository.headers
    assert len({header.identifier for header in headers}) == len(headers) > 0
    assert repository.walk("ListIdentifiers", metadataPrefix="oai_dc") == headers
    assert any(header.deleted for header in headers) and any(not header.deleted for header in headers)
    for prefix in repository.prefixes:
        assert list(repository.records[prefix]) == [header.identifier for header in headers], prefix
        assert repository.walk("ListIdentifiers", metadataPrefix=prefix) == headers, prefix


def tokens_link_pages(repository: Repository) -> None:
    for verb in LISTS:
        pages, given = repository.pages(verb, metadataPrefix="oai_dc"), 0
        assert len(pages) > 1, "This repository is too small to be judged."
        for page in pages:
            (token,) = page.iter(f"{OAI}resumptionToken")
            assert token.get("cursor", str(given)) == str(given)
            assert token.get("completeListSize", str(len(repository.headers))) == str(len(repository.headers))
            if token.text and (expires := token.get("expirationDate")):
                assert date(expires) > date(text(page, "responseDate"))
            given += len(headers_of(page))
        assert given == len(repository.headers)


def tokens_are_sealed(repository: Repository) -> None:
    """Good more than once; for nothing else, changed or not, and never beside another argument."""
    tokens = {verb: token_of(repository.get(verb, metadataPrefix="oai_dc")) for verb in LISTS}
    for verb, other in (LISTS, LISTS[::-1]):
        token = tokens[verb]
        again = [plain(repository.get(verb, resumptionToken=token)) for _ in "12"]
        assert again[0] == again[1]
        wrong = [tokens[other], token[1:], f"{token}AAAA", token.swapcase(), token[::-1], "é", " ", "\x00", "A" * 4000]
        wrong += [
            token[:at] + ("B" if token[at] == "A" else "A") + token[at + 1 :] for at in range(0, len(token) - 1, 9)
        ]
        for forged in wrong:
            assert codes_of(repository.get(verb, resumptionToken=forged)) == ["badResumptionToken"], forged
        for name, value in (
            ("metadataPrefix", "oai_dc"),
            ("set", "a"),
            ("from", "2000-01-01"),
            ("until", "2999-01-01"),
        ):
            pairs = [("verb", verb), ("resumptionToken", token), (name, value)]
            assert set(codes_of(repository.ask(pairs))) == {"badArgument"}, pairs


def sets_hold_what_they_say(repository: Repository) -> None:
    if not repository.sets:
        assert codes_of(repository.get("ListSets")) == ["noSetHierarchy"]
        return
    assert len(set(repository.sets)) == len(repository.sets)
    everything = {header.identifier: header for header in repository.headers}
    named = {spec for header in repository.headers if not header.deleted for spec in header.sets}
    assert named <= set(repository.sets)
    for spec in repository.sets:
        held = {one.identifier: one for one in repository.walk("ListIdentifiers", metadataPrefix="oai_dc", set=spec)}
        within = {
            id for id, header in everything.items() if any(f"{each}:".startswith(f"{spec}:") for each in header.sets)
        }
        assert held.keys() <= everything.keys()
        if within:
            assert within <= held.keys(), spec
        # What is there besides was in the set, and is told to have left it; or the set is a question, named nowhere.
        if spec in named:
            assert all(held[id].deleted for id in held.keys() - within), spec


def bounds_are_included(repository: Repository) -> None:
    headers = repository.headers
    stamps = sorted({header.datestamp for header in headers})
    earliest = repository.identify.findtext(f"{OAI}earliestDatestamp", "")
    assert earliest <= stamps[0] and date(stamps[-1]) <= datetime.now(UTC) + timedelta(days=1)
    assert all(len(stamp) == len(earliest) for stamp in stamps)

    def asked(from_: str = "", until: str = "") -> set[str]:
        bounds = {name: value for name, value in (("from_", from_), ("until", until)) if value}
        return {header.identifier for header in repository.walk("ListIdentifiers", metadataPrefix="oai_dc", **bounds)}

    def held(from_: str = "", until: str = "Z") -> set[str]:
        size = len(from_ or until)
        return {header.identifier for header in headers if from_ <= header.datestamp[:size] <= until}

    for stamp in {stamps[0], stamps[len(stamps) // 2], stamps[-1]}:
        day = stamp[:10]
        for bound in (stamp, day):
            assert asked(from_=bound) == held(from_=bound)
            assert asked(until=bound) == held(until=bound)
            assert asked(bound, bound) == held(bound, bound)
    assert asked(stamps[0], stamps[-1]) == {header.identifier for header in headers}
    before, after = date(stamps[0]) - timedelta(days=400), date(stamps[-1]) + timedelta(days=400)
    assert asked(until=before.date().isoformat()) == asked(from_=after.date().isoformat()) == set()
    assert asked(before.date().isoformat(), after.date().isoformat()) == {header.identifier for header in headers}


def who_goes_on_from_an_answer_is_understood(repository: Repository) -> None:
    """From its responseDate, as harvesters do: nothing new is no mistake."""
    said = text(repository.get("Identify"), "responseDate")
    since = said if repository.seconds else said[:10]
    assert set(codes_of(repository.get("ListRecords", metadataPrefix="oai_dc", from_=since))) <= {"noRecordsMatch"}


def deleted_records_hold_nothing(repository: Repository) -> None:
    headers = {header.identifier: header for header in repository.headers}
    for prefix, records in repository.records.items():
        for id, record in records.items():
            parts = [etree.QName(part).localname for part in record]
            assert (parts == ["header"]) if headers[id].deleted else ("metadata" in parts), (prefix, id)


def each_record_is_given_alone(repository: Repository) -> None:
    """As it is in the list: of each kind, in each format."""
    kinds: dict[tuple[bool, tuple[str, ...]], str] = {}
    for header in repository.headers:
        kinds.setdefault((header.deleted, header.sets), header.identifier)
    chosen = {*list(kinds.values())[:20], repository.headers[0].identifier, repository.headers[-1].identifier}
    for id in chosen:
        for prefix in repository.prefixes:
            listed = repository.records[prefix][id]
            (alone,) = repository.get("GetRecord", identifier=id, metadataPrefix=prefix).iter(f"{OAI}record")
            assert plain(alone) == plain(listed), (id, prefix)
    many = repository.headers[:: max(1, len(repository.headers) // 30)]
    for header in many:
        found = repository.get("GetRecord", identifier=header.identifier, metadataPrefix="oai_dc")
        assert headers_of(found) == [header]


def nothing_stale_is_kept(repository: Repository) -> None:
    """Caches on the way keep nothing, or ask again each time."""
    for pairs in ([("verb", "Identify")], [("verb", "ListRecords"), ("metadataPrefix", "oai_dc")], [("verb", "x")]):
        for post in (False, True):
            said = repository.send(pairs, post).headers.get("Cache-Control", "")
            assert "no-store" in said or "no-cache" in said, (pairs, said)


def strange_encodings_have_an_answer(repository: Repository) -> None:
    mark = "&" if "?" in repository.url else "?"
    for query, code in (
        ("verb=%49dentify", ""),
        ("v%65rb=Identify&", ""),
        ("&&verb=Identify", ""),
        ("verb=Identify&%FF=%FE", "badArgument"),
        ("verb=Identify&" + "x=1&" * 100, "badArgument"),
        ("verb=Identify&a[]=1", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=%C3%28", "badArgument"),
        ("verb=%00", "badVerb"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%C3%28%00%0B", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=" + "%F0%9F%8C%BF" * 300, "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=" + quote("../../../etc/passwd"), "idDoesNotExist"),
    ):
        answer = requests.get(f"{repository.url}{mark}{query}", timeout=60)
        assert answer.status_code == 200, (query, answer.status_code)
        root = etree.fromstring(answer.content)
        assert set(codes_of(root)) == ({code} if code else set()), (query, codes_of(root))


def other_requests_are_refused_politely(repository: Repository) -> None:
    """Forms that are too large or of another type, and other methods: no fault of the server."""
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain"):
        answer = requests.post(repository.url, b"verb=Identify", headers={"Content-Type": kind}, timeout=60)
        assert answer.status_code < 500, kind
        assert answer.status_code != 200 or codes_of(etree.fromstring(answer.content)) == ["badVerb"], kind
    large = requests.post(repository.url, b"x" * 200_000, headers={"Content-Type": FORM}, timeout=60)
    assert large.status_code == 413 or codes_of(etree.fromstring(large.content)) == ["badVerb"]
    for method in ("PUT", "DELETE", "PATCH"):
        assert requests.request(method, repository.url, timeout=60).status_code < 500, method
    assert requests.head(repository.url, params={"verb": "Identify"}, timeout=60).status_code < 500


def any_request_has_an_answer_of_the_protocol(repository: Repository, seed: int = 1) -> None:
    """Mostly what harvesters send, bent a little; at times anything. Judged by the schema and by the protocol."""
    wanted = list(_strange(repository, random.Random(seed), repository.patience))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sessions = [requests.Session() for _ in range(AT_ONCE)]
        answers = pool.map(
            lambda one: repository.send(one[1], one[0] % 2 == 1, sessions[one[0] % AT_ONCE]), enumerate(wanted)
        )
        for pairs, answer in zip(wanted, answers, strict=True):
            codes = set(codes_of(repository.judged(pairs, answer)))
            expected = ill_made(pairs)
            if expected:
                assert codes == {expected}, (pairs, codes)
            else:
                assert len(codes) <= 1 and codes <= ERRORS[dict(pairs)["verb"]], (pairs, codes)


def ill_made(pairs: Pairs) -> str:
    """badVerb, badArgument, or nothing: whatever the repository holds."""
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        return "badVerb"
    needed, possible = ARGUMENTS[verbs[0]]
    given = {name: value for name, value in pairs if name != "verb"}
    bounds = [given[name] for name in ("from", "until") if name in given]
    name = r"[A-Za-z0-9\-_.!~*'()]+"
    wrong = (
        len(given) + 1 < len(pairs)
        or not given.keys() <= needed | possible
        or ("resumptionToken" in given and len(given) > 1)
        or ("resumptionToken" not in given and not needed <= given.keys())
        or not re.fullmatch(name, given.get("metadataPrefix", "x"))
        or not re.fullmatch(f"{name}(:{name})*", given.get("set", "x"))
        or not all(map(_is_date, bounds))
        or (len(bounds) == 2 and (len(bounds[0]) != len(bounds[1]) or bounds[0] > bounds[1]))
    )
    return "badArgument" if wrong else ""


def _is_date(said: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", said, re.ASCII):
        return False
    try:
        date(said)
    except ValueError:
        return False
    return True


def _strange(repository: Repository, chance: random.Random, count: int) -> Iterable[Pairs]:
    stamp = repository.headers[len(repository.headers) // 2].datestamp
    ids = [header.identifier for header in repository.headers[:: max(1, len(repository.headers) // 5)]]
    junk = [
        "",
        " ",
        "é",
        "\x00",
        "\x0b",
        "\ufffe",
        "<&>\"'",
        "' OR 1=1 --",
        "%",
        "%s",
        "_",
        "A" * 2000,
        "../..",
        "[]",
        "0",
    ]
    likely = {
        "verb": [*ARGUMENTS, "identify", ""],
        "identifier": [*ids, f"{ids[0]}x", "oai:a.fr:1", *junk],
        "metadataPrefix": [*repository.prefixes, "marc", *junk],
        "from": [stamp, stamp[:10], "2000-01-01", "2026-02-30", "2999-01-01T00:00:00Z", *junk],
        "until": [stamp, stamp[:10], "2000-01-01", "2026-02-30", "2999-01-01T00:00:00Z", *junk],
        "set": [*repository.sets[:5], "a:b", "a::b", *junk],
        "resumptionToken": [token_of(repository.get(verb, metadataPrefix="oai_dc")) for verb in LISTS] + junk,
    }
    for _ in range(count):
        verb = chance.choice(likely["verb"])
        needed, possible = ARGUMENTS.get(verb, (set(), {"set"}))
        names = [name for name in sorted(needed) if chance.random() < 0.8]
        names += [name for name in sorted(possible) if chance.random() < 0.3]
        pairs = [("verb", verb), *((name, chance.choice(likely[name][: chance.choice((3, 99))])) for name in names)]
        for _ in range(chance.choice((0, 0, 0, 1, 2))):
            name = chance.choice((*likely, *junk))
            pairs.append((name, chance.choice(likely.get(name, junk))))
        chance.shuffle(pairs)
        yield pairs


def live(repository: Repository) -> list[str]:
    found = [header.identifier for header in repository.headers if not header.deleted]
    assert found, "This repository holds nothing."
    return found


CHECKS: tuple[Callable[[Repository], None], ...] = (
    what_it_says_of_itself,
    each_format_is_given,
    each_error_has_its_code,
    ill_made_requests_are_refused,
    bad_dates_are_refused,
    get_and_post_answer_alike,
    a_walk_gives_each_once,
    tokens_link_pages,
    tokens_are_sealed,
    sets_hold_what_they_say,
    bounds_are_included,
    who_goes_on_from_an_answer_is_understood,
    deleted_records_hold_nothing,
    each_record_is_given_alone,
    nothing_stale_is_kept,
    strange_encodings_have_an_answer,
    other_requests_are_refused_politely,
    any_request_has_an_answer_of_the_protocol,
)
