"""What each partner shares, how its last visit went, and which of its words are not understood yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from flask import Blueprint, abort, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from bridge import __version__, correcting
from bridge.meaning.mapping import NOTHING
from bridge.meaning.mapping_file import MAPPED
from bridge.meaning.source import Source
from bridge.record import SCHEMES, Problem
from bridge.store.identity import Identity
from bridge.store.pairings import Plugins
from bridge.store.reading import Snapshot, SourceState
from bridge.web import facts
from bridge.web.current import collective, language

blueprint = Blueprint("sources", __name__)

SHOWN = 100  # things to correct
_NUMBERS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")

FIELDS = {
    "type": _l("Type de ressource"),
    "themes": _l("Thèmes"),
    "status": _l("Statut"),
    "actor_types": _l("Type d’acteur"),
    "recognitions": _l("Reconnu acteur engagé"),
    "audiences": _l("Public"),
    "habitats": _l("Milieux"),
    "scale": _l("Échelle"),
    "licence": _l("Licence"),
}
KINDS = {
    "csv_file": _l("un tableau CSV"),
    "dcat": _l("un catalogue DCAT"),
    "drupal": _l("un site Drupal"),
    "feed": _l("un flux RSS ou Atom"),
    "geojson": _l("un fichier GeoJSON"),
    "geotrek": _l("un Geotrek"),
    "html_page": _l("des pages web"),
    "ics": _l("un calendrier"),
    "json_api": _l("une API JSON"),
    "mediawiki": _l("un MediaWiki"),
    "oai": _l("un entrepôt OAI-PMH"),
    "spreadsheet": _l("un classeur Excel ou LibreOffice"),
    "umap": _l("une carte uMap"),
    "wordpress": _l("un site WordPress"),
    "yeswiki": _l("un YesWiki"),
}


class Health(NamedTuple):
    """How a source is: ``level`` is ``good``, ``doubt`` or ``bad``; the sentence says it in plain words."""

    level: str
    sentence: str


class Extension(NamedTuple):
    """Our plugin at a partner's: the version that it says it is; ``newer`` is the newest when that is another one."""

    source: str
    title: str
    version: str
    newer: str


class Word(NamedTuple):
    """A word of a partner that is understood: ``field`` in plain words, how many records it concerns, what it means."""

    field: str
    label: str
    size: int
    concepts: tuple[str, ...]


class Choice(NamedTuple):
    """A word not understood yet: ``key`` names its field, ``suggestions`` are (concept, its label, how sure)."""

    key: str
    field: str
    label: str
    size: int
    suggestions: tuple[tuple[str, str, float], ...]

    @property
    def concepts(self) -> tuple[str, ...]:
        return tuple(name for _, name, _ in self.suggestions)


class Copied(NamedTuple):
    """A record of a source that belongs to another: what it is called there; ``home`` is empty when that is not known
    or no longer visible."""

    id: str
    home: str
    title: str


class Remark(NamedTuple):
    """Something to correct: ``item`` as the source calls it, ``title`` when its record is visible here."""

    message: str
    item: str
    id: str
    title: str


@blueprint.get("/sources")
def index() -> str:
    """Every partner, with the state of its last visit; and those whose mapping file cannot be read."""
    with collective.store.snapshot() as snapshot:
        states = snapshot.states()
    listed = [(source, states.get(source.id), health(states.get(source.id))) for source in _ordered()]
    broken = [(name.removesuffix(".toml"), error) for name, error in collective.broken.items()]
    return render_template("sources.html", listed=listed, broken=broken, facts=facts, kinds=KINDS)


@blueprint.get("/sources/<id>")
def source(id: str) -> str:
    """One partner: what it shares, what went wrong, the words that are not understood."""
    found, error = collective.sources.get(id), collective.broken.get(f"{id}.toml")
    if found is None and error is not None:
        return render_template("source_broken.html", id=id, error=error)
    if found is None:
        abort(404)
    with collective.store.snapshot() as snapshot:
        state, terms = snapshot.states().get(id), snapshot.terms(id)
        remarks = _remarks(snapshot, id, state.problems[:SHOWN]) if state else []
        copied = _copied(snapshot, id)
        extension = next((each for each in extensions(snapshot) if each.source == id), None)
    unplaced = correcting.unplaced(collective, found, state.unplaced) if state else []
    return render_template(
        "source.html",
        source=found,
        state=state,
        health=health(state),
        remarks=remarks,
        copied=copied,
        extension=extension,
        unknown=[_choice(word) for word in correcting.unknown(collective, found, terms)],
        understood=[_word(*term) for term in terms if term[2] not in ("", NOTHING)],
        unplaced=unplaced,
        schemes={field: collective.vocabulary.concepts(scheme) for field, scheme in SCHEMES.items()},
        ours=MAPPED,
        facts=facts,
        kinds=KINDS,
    )


def health(state: SourceState | None) -> Health:
    """The one thing to know of a source's last visit."""
    if state is None or not state.last_visit:
        return Health("doubt", _("Pas encore visitée"))
    if state.unreachable_since:
        return Health("bad", _("Injoignable depuis le %(day)s", day=facts.day(state.unreachable_since)))
    if state.held_back:
        return Health("bad", _("%(count)s disparitions à confirmer par une personne", count=state.held_back))
    if not state.complete:
        return Health("doubt", _("Dernière visite incomplète"))
    if state.problems:
        return Health("doubt", _("À jour, avec des fiches à corriger"))
    return Health("good", _("À jour"))


def extensions(snapshot: Snapshot) -> list[Extension]:
    """Our plugins that say which version they are, those to be updated first."""
    found = [
        Extension(source.id, source.title, said.version, __version__ if older(said.version) else "")
        for id, said in Plugins(snapshot).all().items()
        if said.version and (source := collective.sources.get(id))
    ]
    return sorted(found, key=lambda each: (not each.newer, each.title.casefold()))


def older(version: str, newest: str = __version__) -> bool:
    """Whether a version comes before another one: by the numbers that it begins with, not by its letters."""
    return _numbers(version) < _numbers(newest)


def _numbers(version: str) -> tuple[int, ...]:
    found = _NUMBERS.match(version)
    numbers = [int(part) for part in found[0].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _ordered() -> list[Source]:
    return sorted(collective.sources.values(), key=lambda each: each.title.casefold())


def _word(field: str, label: str, concept: str, size: int) -> Word:
    return Word(str(FIELDS.get(field, field)), label, size, (collective.words.label(concept, language()),))


def _choice(word: correcting.Unknown) -> Choice:
    labels = collective.vocabulary.label
    near = tuple((each.id, labels(each.id, language()), each.confidence) for each in word.suggestions)
    return Choice(word.field, str(FIELDS.get(word.field, word.field)), word.label, word.size, near)


def _remarks(snapshot: Snapshot, source: str, problems: Iterable[Problem]) -> list[Remark]:
    """What to correct, with the titles of the records that are visible: an item that was refused has none here."""
    named = [(problem, f"{source}:{problem.item}") for problem in problems]
    titles = {e.id: e.record.title for e in snapshot.entries([id for p, id in named if p.item]) if e.record}
    return [Remark(problem.message, problem.item, id, titles.get(id, "")) for problem, id in named]


def _copied(snapshot: Snapshot, source: str) -> list[Copied]:
    """What it shows of others, the first ones."""
    found = Identity(snapshot).of(source, SHOWN)
    titles = {e.id: e.record.title for e in snapshot.entries(home for _, home in found if home) if e.record}
    return [Copied(id, home if home in titles else "", titles.get(home, "")) for id, home in found]
