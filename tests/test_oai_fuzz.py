"""The OAI-PMH provider before requests that nobody thought of, and before histories that nobody wrote.

Every answer is judged by the schema, and by an oracle that knows the protocol and nothing of the provider.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from oai_memory import IDENTITY as WIDE
from oai_memory import NOW, Memory, Row

from bridge import store as store_module
from bridge.oai import Identity, respond
from bridge.record import Record
from bridge.store import Change, Store

SHAPE = etree.XMLSchema(etree.parse(Path(__file__).with_name("oai_pmh.xsd")))
O = "{http://www.openarchives.org/OAI/2.0/}"  # noqa: E741  # the protocol's own prefix
IDENTITY = replace(WIDE, page_size=3)
ELSEWHERE = replace(IDENTITY, base_url="https://pont.exemple.fr/pour/x/oai")
MEMORY = Memory(
    [
        Row(
            id=f"src:fiche-{n}",
            datestamp=f"2026-01-{1 + n // 3:02}T00:00:{n % 60:02}Z",
            deleted=n % 5 == 0,
            sets=("partner:src", "theme:t-tvb") if n % 2 else ("partner:src",),
            left=() if n % 2 else ("theme:t-tvb",),
        )
        for n in range(12)
    ],
    {"partner": "Partenaires", "partner:src": "La source", "theme:t-tvb": "Trame verte"},
)
LISTS = ("ListRecords", "ListIdentifiers")


def tokens(identity: Identity) -> dict[str, str]:
    """The first token of each list."""
    found = {}
    for verb in LISTS:
        body = respond([("verb", verb), ("metadataPrefix", "oai_dc")], MEMORY, identity, NOW)
        found[verb] = etree.fromstring(body).findtext(f".//{O}resumptionToken")
    return found


OURS, THEIRS = tokens(IDENTITY), tokens(ELSEWHERE)

# The oracle. It is written from the protocol: http://www.openarchives.org/OAI/openarchivesprotocol.html

ALLOWED = {
    "Identify": set(),
    "ListMetadataFormats": {"identifier"},
    "ListSets": {"resumptionToken"},
    "GetRecord": {"identifier", "metadataPrefix"},
    "ListIdentifiers": {"metadataPrefix", "from", "until", "set", "resumptionToken"},
    "ListRecords": {"metadataPrefix", "from", "until", "set", "resumptionToken"},
}


def instant(text: str) -> datetime | None:
    """Its first second."""
    for shape, pattern in (
        ("%Y-%m-%d", r"\d{4}-\d\d-\d\d"),
        ("%Y-%m-%dT%H:%M:%SZ", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    ):
        if re.fullmatch(pattern, text, re.ASCII):
            try:
                return datetime.strptime(text, shape).replace(tzinfo=UTC)
            except ValueError:
                return None
    return None


def expected(pairs: list[tuple[str, str]]) -> set[str]:
    """The one error code, or none."""
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in ALLOWED:
        return {"badVerb"}
    verb, names, given_ = verbs[0], [name for name, _ in pairs], dict(pairs)
    del given_["verb"]
    bounds = [given_[name] for name in ("from", "until") if name in given_]
    if (
        len(set(names)) < len(names)
        or not given_.keys() <= ALLOWED[verb]
        or ("resumptionToken" in given_ and len(given_) > 1)
        or (verb == "GetRecord" and len(given_) < 2)
        or (verb in LISTS and not given_.keys() & {"metadataPrefix", "resumptionToken"})
        or any(instant(text) is None for text in bounds)
        or (len(bounds) == 2 and (len(bounds[0]) != len(bounds[1]) or bounds[0] > bounds[1]))
        or not re.fullmatch(r"[A-Za-z0-9\-_.!~*'()]+", given_.get("metadataPrefix", "x"))
        or not re.fullmatch(r"([A-Za-z0-9\-_.!~*'()]+)(:[A-Za-z0-9\-_.!~*'()]+)*", given_.get("set", "x"))
    ):
        return {"badArgument"}
    if "resumptionToken" in given_:
        return set() if given_["resumptionToken"] == OURS.get(verb) else {"badResumptionToken"}
    if given_.get("metadataPrefix", "oai_dc") not in IDENTITY.formats:
        return {"cannotDisseminateFormat"}
    if "identifier" in given_:
        known = {f"oai:pont.exemple.fr:{row.id}" for row in MEMORY.rows}
        return set() if given_["identifier"] in known else {"idDoesNotExist"}
    return set() if verb not in LISTS or selected(given_) else {"noRecordsMatch"}


def selected(asked: dict[str, str]) -> list[Row]:
    """The rows within the bounds, that are or were in the set."""

    def holds(row: Row) -> bool:
        at, first, last = instant(row.datestamp), instant(asked.get("from", "")), instant(asked.get("until", ""))
        if last and len(asked["until"]) == 10:
            last += timedelta(days=1, seconds=-1)
        specs = [part for spec in row.sets + row.left for part in (spec, spec.partition(":")[0])]
        return (not first or first <= at) and (not last or at <= last) and asked.get("set", specs[0]) in specs

    return [row for row in MEMORY.rows if holds(row)]


names = st.sampled_from(["verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken"])
dates = st.one_of(
    st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03T00:00:06Z", "2025-12-31", "2026-02-30", "2026-01", ""]),
    st.datetimes(datetime(2025, 12, 30), datetime(2026, 1, 9)).map(lambda d: d.strftime("%Y-%m-%dT%H:%M:%SZ")),
    st.dates(datetime(2025, 12, 30).date(), datetime(2026, 1, 9).date()).map(str),
)
junk = st.one_of(st.text(max_size=20), st.text("%&=+;#\x00\x0b\ufffe\ud800<>\"' é", max_size=9), st.just("A" * 9000))


@st.composite
def tampered(draw) -> str:
    """A token of ours, of another list or of another repository, whole or with one character changed."""
    token = draw(st.sampled_from([*OURS.values(), *THEIRS.values()]))
    at = draw(st.integers(-1, len(token) - 1))
    if at < 0:
        return token
    return token[:at] + draw(st.sampled_from("Aa0-_=+é")) * draw(st.integers(0, 2)) + token[at + 1 :]


likely = {
    "verb": st.sampled_from([*ALLOWED, "identify", ""]),
    "identifier": st.sampled_from(
        [f"oai:pont.exemple.fr:src:fiche-{n}" for n in (0, 1, 99)] + ["oai:a.fr:src:fiche-1"]
    ),
    "metadataPrefix": st.sampled_from(["oai_dc", "pv", "marc", "é"]),
    "from": dates,
    "until": dates,
    "set": st.sampled_from(["partner", "partner:src", "theme:t-tvb", "theme:t-x", "a::b", ""]),
    "resumptionToken": tampered(),
}


@st.composite
def requests(draw) -> list[tuple[str, str]]:
    """Mostly what harvesters send, bent a little; at times anything."""
    verb = draw(likely["verb"])
    usual = sorted(ALLOWED.get(verb, ())) or ["set"]
    wanted = draw(st.lists(st.sampled_from(usual), max_size=4, unique=draw(st.booleans())))
    pairs = [("verb", verb), *((name, draw(likely[name])) for name in wanted)]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        name = draw(st.one_of(names, junk))
        pairs.append((name, draw(junk if name not in likely else st.one_of(likely[name], junk))))
    return draw(st.permutations(pairs))


@settings(max_examples=800, deadline=None, derandomize=True)
@given(requests())
def test_any_request_has_the_answer_that_the_protocol_gives_it(pairs):
    root = etree.fromstring(respond(pairs, MEMORY, IDENTITY, NOW))
    assert SHAPE.validate(root), SHAPE.error_log
    codes = {error.get("code") for error in root.findall(f"{O}error")}
    assert codes == expected(pairs)
    request = root.find(f"{O}request")
    assert request.text == IDENTITY.base_url and (not request.attrib or codes.isdisjoint({"badVerb", "badArgument"}))
    asked = dict(pairs)
    if asked.get("verb") in LISTS and not codes and "resumptionToken" not in asked:
        listed = [header.findtext(f"{O}identifier") for header in root.iter(f"{O}header")]
        assert listed == [f"oai:pont.exemple.fr:{row.id}" for row in selected(asked)][: IDENTITY.page_size]


# Histories

START = datetime(2026, 1, 1, tzinfo=UTC)
SETTLED = 2
SETS = ("theme:a", "theme:b")
acts = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), st.integers(0, 3), st.integers(0, 1), st.sets(st.sampled_from(SETS))),
        st.tuples(st.just("withdraw"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.integers(0, 4)),
        st.tuples(st.just("harvest"), st.integers(1, 4)),
        # The next page of a harvest under way, so that changes fall between pages.
        st.tuples(st.just("page")),
    ),
    min_size=20,
    max_size=40,
)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Harvester:
    """A naive client: what it holds, from = the date of the first page of its last whole list."""

    def __init__(self, store: Store, set_: str) -> None:
        self.store, self.set, self.held = store, set_, {}
        self.since = self.begun = self.token = ""
        self.size = 1

    def ask(self, now: datetime) -> None:
        """One page: the next one, else the first of a new list."""
        arguments = [("verb", "ListRecords")]
        if self.token:
            arguments.append(("resumptionToken", self.token))
        else:
            named = {"metadataPrefix": "oai_dc", "from": self.since, "set": self.set}
            arguments += [(name, value) for name, value in named.items() if value]
        identity = replace(IDENTITY, page_size=self.size)
        with self.store.snapshot() as snapshot:
            root = etree.fromstring(respond(arguments, snapshot.oai, identity, stamp(now - timedelta(seconds=SETTLED))))
        assert {error.get("code") for error in root.findall(f"{O}error")} <= {"noRecordsMatch"}
        if not self.token:
            self.begun = root.findtext(f"{O}responseDate")
        for record in root.iter(f"{O}record"):
            id, deleted = record[0][0].text, record[0].get("status") == "deleted"
            if deleted:
                self.held.pop(id, None)
            else:
                self.held[id] = record[1][0].text
        self.token = root.findtext(f".//{O}resumptionToken") or ""
        if not self.token:
            self.since = self.begun


@pytest.mark.parametrize("few", [0, 1000], ids=["large sets", "small sets"])
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=acts)
def test_who_comes_back_from_time_to_time_holds_the_truth(history, few, tmp_path_factory, monkeypatch):
    """Records come, change, leave a set, are withdrawn and come back, between harvests and between their pages."""
    monkeypatch.setattr("bridge.store.repository._FEW", few)
    clock = [START]
    monkeypatch.setattr(store_module, "now", lambda: stamp(clock[0]))
    store = Store(tmp_path_factory.mktemp("store"))
    truth: dict[str, tuple[str, frozenset[str]]] = {}
    harvesters = [Harvester(store, set_) for set_ in ("", "theme:a", "theme")]
    try:
        for act, *values in history:
            clock[0] += timedelta(seconds=1)
            if act == "keep":
                local, version, sets = values
                with store.writing() as writing:
                    writing.keep("a", "1", [change(local, version, sets)])
                truth[f"oai:pont.exemple.fr:a:{local}"] = f"{version}", frozenset(sets)
            elif act == "withdraw":
                with store.writing() as writing:
                    writing.withdraw([f"a:{values[0]}"])
                truth.pop(f"oai:pont.exemple.fr:a:{values[0]}", None)
            elif act == "wait":
                clock[0] += timedelta(seconds=values[0])
            else:
                for harvester in harvesters:
                    harvester.size = values[0] if values else harvester.size
                    harvester.ask(clock[0])
        clock[0] += timedelta(seconds=10)
        for harvester in harvesters:
            ask_whole(harvester, clock[0])  # what was under way
            ask_whole(harvester, clock[0])
            wanted = {"": set(SETS) | {""}, "theme": set(SETS)}.get(harvester.set, {harvester.set})
            assert harvester.held == {id: text for id, (text, sets) in truth.items() if wanted & (sets | {""})}
    finally:
        store.close()


def ask_whole(harvester: Harvester, now: datetime) -> None:
    harvester.ask(now)
    while harvester.token:
        harvester.ask(now)


def change(local: int, version: int, sets: set[str]) -> Change:
    record = Record(id=f"a:{local}", source="a", title=f"{version}")
    found = tuple(sorted({"partner:a", *sets}))
    hashed = blake2b(f"{version}{found}".encode()).hexdigest()
    fragment = f'<n:n xmlns:n="https://exemple.fr/n">{version}</n:n>'
    return Change(record, hashed.encode(), hashed, found, fragment, fragment, "", [])
