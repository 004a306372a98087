"""Every way a site may fail, for every kind of source, through the real door: nothing vanishes, one sentence says why.

A healthy source, then the fault at visits in a row (over all its answers, then over the second half of them, twice),
then health again: no record was withdrawn, none is absent, none is shown twice, all are as they were, to the datestamp.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from faults import FAULTS, PATIENCE, Fault, clock
from faulty import PAGED, RESOURCES, SITES, Street, street

from bridge.errors import FetchError
from bridge.fetch import Fetcher
from bridge.readers import READERS
from bridge.refresh import Summary

PAGES = ("html", "schema_org", "spip")
"""Sites whose resources are pages of their own, asked one by one."""

# What is said of each fault: a pattern for each way that a site speaks, "" for the others; an empty one: nothing.
NO_LIST = {
    "": "n'est pas|n'est ni|pas un JSON Feed|Aucune liste|Aucun catalogue",
    "yeswiki": "formulaire YesWiki n'existe pas|liste est vide",
    "csv": "pas un tableau CSV|colonne « Référence » n'existe pas",
}
CUT = {"": "coupé|tronqué"}
NOTHING = r"\A\Z"
TOLD: Mapping[str, Mapping[str, str]] = {
    "500": {"": "réponse 500"},
    "403": {"": "réponse 403"},
    "404": {"": "réponse 404", "yeswiki": "formulaire YesWiki n'existe pas"},
    "429": {"": "réponse 429"},
    "time-out": {"": "n'a pas fini de répondre"},
    "drip": {"": "n'a pas fini de répondre"},
    "reset": {"": "a coupé la connexion"},
    "no TLS": {"": "ne parle pas https"},
    "login page": {"": "page de connexion"},
    "maintenance page": {"": "page de maintenance"},
    "captive portal": {"": "portail d'accès à internet"},
    "empty list": {
        "": "est vide alors que|annonçait|a changé pendant sa lecture|sont gardées en attendant",
        "dcat": "catalogue est vide|a changé pendant",
        "oai": f"est vide alors que|sont gardées en attendant|{NOTHING}",  # of what changed, nothing is an answer
        "plugin": f"est vide alors que|sont gardées en attendant|{NOTHING}",
        "atom": "aucune entrée|est vide alors que|sont gardées en attendant",
        "csv": "aucune ligne",
        "drupal": "liste est vide",
        "html": "Aucun bloc",
        "mediawiki": "est vide|n'a rien dit",
        "ods": "aucune ligne",
        "schema_org": "Aucune adresse du sitemap",
        "spip": "Aucune adresse du sitemap",
        "umap": "aucune couche|réponse 404",
        "yeswiki": "liste est vide",
    },
    "{}": NO_LIST,
    "null": NO_LIST,
    "[]": {
        **NO_LIST,
        "ckan": "est vide alors que|annonçait|sont gardées",
        "wordpress": "est vide alors que|annonçait|sont gardées",
    },
    "no body": {"": "est vide", "yeswiki": "formulaire YesWiki n'existe pas|est vide"},
    "cut": CUT,
    "wrong charset": {"": "", "ods": "n'est pas un classeur"},
    "other envelope": {
        "": "n'est pas|Aucune liste|Aucun catalogue|n'existe pas|Aucun bloc|n'est ni|il manque l'option",
        "rss": "",  # a feed is known by its entries
        "dcat": "",  # and a catalogue by the last word of its types
        "yeswiki": rf"formulaire YesWiki n'existe pas|{NOTHING}",  # which name themselves
    },
    "redirect to home": {"": "page web|renvoie à son accueil|Aucun bloc"},
    "gzip garbage": {"": "codée en « gzip » de façon illisible"},
    "length too long": {"": "tronquée"},
    "length too short": CUT,
    "expired token": {"": "suite de (?:la|sa) liste|annonçait|réponse 4"},
    "repeated token": {"": "tourne en rond|n'avance pas"},
    "one moves to the page before": {"": "a changé pendant sa lecture|a bougé pendant"},
    "one moves to the page after": {"": "a changé pendant sa lecture|a bougé pendant"},
    "one leaves the page before": {"": rf"a changé pendant sa lecture|{NOTHING}"},  # it may be what a healthy list does
    "clock an hour late": {"": ""},
    "clock an hour early": {"": ""},
    "clock ten years late": {"": ""},
    "clock ten years early": {"": ""},
}

# Faults that mean nothing for a site, or nothing past its first answer, and why.
ONE_PAGE = "sa liste tient en une réponse : il n'y a pas de suite"
DATED = "un flux est rangé par dates de publication, qui ne bougent pas"
WHOLE_PAGES = "une page qui répond 404 sur un site sain est retirée : c'est la règle du retrait"
REDONE = "une page refaite par le site est un changement comme un autre"
_OF_ONE_PAGE = {speaks: ONE_PAGE for speaks in SITES.values() if speaks not in PAGED}
NOT_FOR: Mapping[str, Mapping[str, str]] = {
    "expired token": _OF_ONE_PAGE,
    "repeated token": _OF_ONE_PAGE,
    "one moves to the page before": {**_OF_ONE_PAGE, "atom": DATED},
    "one moves to the page after": {**_OF_ONE_PAGE, "atom": DATED},
    "one leaves the page before": _OF_ONE_PAGE,
}
ONLY_WHOLE: Mapping[str, Mapping[str, str]] = {
    "404": dict.fromkeys(PAGES, WHOLE_PAGES),
    "empty list": dict.fromkeys(PAGES, WHOLE_PAGES),
    "other envelope": dict.fromkeys(PAGES, REDONE),
}
ENGLISH = re.compile(
    r"\b(?i:the|not|found|failed|invalid|unexpected|expected|timed out|refused|bad|cannot|could|is|of|with|none)\b"
    r"|Error\b|Exception|Traceback|NoneType|[a-z]_[a-z]"
)
REMEDY = re.compile(
    r"Vérifiez|Réessayez|Demandez|Donnez|Ouvrez|Signalez|Indiquez|Essayez|Enregistrez|écrivez|L'adresse doit"
    r"|Colonnes :|prochaine visite|site devrait"
    r"|rien n'est retiré|sont gardées|sont prises"  # or what the bridge does meanwhile
    r"|annonçait .* en a livré|a changé pendant|(?:liste|catalogue) est vide|aucune couche"  # or all there is to say
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with street(tmp_path_factory.mktemp("faults")) as found:
        assert {found.here.sources[name].kind for name in SITES} == set(READERS), "every kind of source is here"
        yield found


def sentences(town: Street, name: str, summary: Summary) -> dict[str, str]:
    """What is told that is not told when all is well: an example of each, by what is left of it when the page, the
    place and what is quoted are taken out."""
    told = {problem.message for problem in summary.problems} - town.usual[name]
    return {re.sub(r"\Ahttps?://\S+ : |« [^»]* »|\"[^\"]*\"|\d{2,}", "", each): each for each in sorted(told)}


def patient(town: Street, fault: Fault) -> Fetcher:
    """The door that the fault deserves; ``robots.txt`` is known to it."""
    if not fault.slow:
        return town.fetch
    fetch = town.fetcher(PATIENCE)
    for site in town.sites.values():
        for _ in range(20):
            with suppress(FetchError):
                fetch.allowed(site.site.base)
                break
    return fetch


@pytest.fixture(scope="module")
def hasty(town: Street) -> Iterator[Fetcher]:
    with patient(town, Fault(slow=True)) as fetch:
        yield fetch


def cases() -> list[object]:
    return [
        pytest.param(name, fault, id=f"{speaks}-{fault}")
        for fault in FAULTS
        for name, speaks in SITES.items()
        if speaks not in NOT_FOR.get(fault, ())
    ]


@pytest.mark.parametrize(("name", "fault"), cases())
def test_nothing_vanishes_and_one_sentence_says_why(town: Street, hasty: Fetcher, name: str, fault: str) -> None:
    speaks, bad, site = SITES[name], FAULTS[fault], town.sites[name]
    before = town.shown(name)
    assert len(before.live) == RESOURCES and not before.absent, "as the test before left it"
    half = town.lengths[name] // 2 + 1
    whole_only = speaks in ONLY_WHOLE.get(fault, ()) or bad.drift is not None
    plan = [(1, False), (1, True)] if half == 1 or whole_only else [(1, False), (half, True), (half, True)]
    try:
        for since, full in plan:
            site.spoil, site.since, site.drift = bad.spoil, since, None if bad.once and full else bad.drift
            summary = town.visit(name, full=full or bad.drift is not None, fetch=hasty if bad.slow else None)
            assert (summary.withdrawn, summary.created) == (0, 0), (summary.events, summary.problems)
            assert len(town.shown(name).live) == RESOURCES
            expect(town, name, fault, sentences(town, name, summary))
        site.well()
        again = town.visit(name)
        after = town.shown(name)
        assert sentences(town, name, again) == {}
        assert after.absent == [] and after.withdrawn == before.withdrawn and after.found == before.found
        assert set(after.live) == set(before.live)
        if not (bad.drift and speaks in ("oai", "plugin")):  # whose lists move only when a record's own date does
            assert after.live == before.live
    except BaseException:
        town.renew(name)
        raise
    if town.shown(name) != before:
        town.renew(name)


def expect(town: Street, name: str, fault: str, told: Mapping[str, str]) -> None:
    """One French sentence, the right one, that says what to do."""
    patterns = TOLD[fault]
    pattern = patterns.get(SITES[name], patterns[""]) if town.sites[name].struck else ""
    assert len(told) <= 1, told
    plain, sentence = next(iter(told.items()), ("", ""))
    assert re.search(pattern or NOTHING, sentence), (pattern, sentence)
    assert not ENGLISH.search(plain), sentence
    assert not sentence or REMEDY.search(sentence), sentence


def test_a_clock_that_was_early_hides_nothing_that_changed_meanwhile(town: Street) -> None:
    """Sites that are asked what changed since the last visit are asked by the clock that they showed then."""
    for name in ("agence-paysages", "centre-lorraine-vivante", "civam-ormelle", "ressources-terres-communes"):
        site = town.sites[name]
        for shift in (timedelta(hours=1), timedelta(days=3650)):
            site.spoil = clock(shift).spoil
            town.visit(name, full=True)
            site.well()
            fiche = site.site.fiches()[0]
            title = site.site.title
            before = fiche.values[title], fiche.modified
            fiche.values = {**fiche.values, title: f"{before[0]}, revu"}
            fiche.modified = datetime.now(UTC).replace(microsecond=0)
            assert town.visit(name).changed == 1, (name, shift)
            fiche.values, fiche.modified = {**fiche.values, title: before[0]}, before[1]
            assert town.visit(name, full=True).changed == 1, "a site put back as it was is read again"
        town.renew(name)


EMPTY_WORDS = "une petite liste de mots peut être vide : les fiches perdent ces mots, une phrase le dit"
ALONE = ("500", "login page", "captive portal", "{}", "[]", "empty list", "cut", "redirect to home")


NOT_ALONE = {("geotrek", "empty list"): EMPTY_WORDS, **{(speaks, "empty list"): WHOLE_PAGES for speaks in PAGES}}


@pytest.mark.parametrize(
    ("name", "fault"), [(n, f) for n, speaks in SITES.items() for f in ALONE if (speaks, f) not in NOT_ALONE]
)
def test_one_bad_answer_among_good_ones_costs_nothing(town: Street, name: str, fault: str) -> None:
    """Whichever of the answers of a walk is bad, and at two walks in a row."""
    site, before = town.sites[name], town.shown(name)
    spoil = FAULTS[fault].spoil
    assert spoil
    try:
        for at in range(1, town.lengths[name] + 1):
            site.spoil = lambda exchange, at=at: spoil(exchange) if len(site.asked) + 1 == at else exchange.good
            for _ in range(2):
                summary = town.visit(name, full=True)
                assert (summary.withdrawn, summary.created, summary.changed) == (0, 0, 0), (at, summary)
        site.well()
        town.visit(name, full=True)
        assert town.shown(name) == before
    except BaseException:
        town.renew(name)
        raise
