"""What each partner shares, how its last visit went, and which of its words are not understood yet."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, abort, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from bridge.meaning.source import Source
from bridge.record import SCHEMES
from bridge.store.reading import SourceState
from bridge.web import facts
from bridge.web.current import collective, language

blueprint = Blueprint("sources", __name__)

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
    "feed": _l("un flux RSS ou Atom"),
    "geojson": _l("un fichier GeoJSON"),
    "json_api": _l("une API JSON"),
    "oai": _l("un entrepôt OAI-PMH"),
    "wordpress": _l("un site WordPress"),
    "yeswiki": _l("un YesWiki"),
}


class Health(NamedTuple):
    """How a source is: ``level`` is ``good``, ``doubt`` or ``bad``; the sentence says it in plain words."""

    level: str
    sentence: str


class Word(NamedTuple):
    """A word of a partner: ``field`` in plain words, how many records it concerns, the nearest concepts' labels."""

    field: str
    label: str
    size: int
    suggestions: tuple[str, ...]


@blueprint.get("/sources")
def index() -> str:
    """Every partner, with the state of its last visit."""
    with collective.store.snapshot() as snapshot:
        states = snapshot.states()
    listed = [(source, states.get(source.id), health(states.get(source.id))) for source in _ordered()]
    return render_template("sources.html", listed=listed, facts=facts, kinds=KINDS)


@blueprint.get("/sources/<id>")
def source(id: str) -> str:
    """One partner: what it shares, what went wrong, the words that are not understood."""
    found = collective.sources.get(id)
    if found is None:
        abort(404)
    with collective.store.snapshot() as snapshot:
        state, terms = snapshot.states().get(id), snapshot.terms(id)
    understood = [
        (FIELDS.get(f, f), label, concept, count) for f, label, concept, count in terms if concept not in ("", "-")
    ]
    return render_template(
        "source.html",
        source=found,
        state=state,
        health=health(state),
        unknown=[_word(f, label, count) for f, label, concept, count in terms if not concept],
        understood=understood,
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


def _ordered() -> list[Source]:
    return sorted(collective.sources.values(), key=lambda each: each.title.casefold())


def _word(field: str, label: str, count: int) -> Word:
    scheme, vocabulary = SCHEMES.get(field), collective.vocabulary
    near = vocabulary.suggest(scheme, label) if scheme else ()
    return Word(str(FIELDS.get(field, field)), label, count, tuple(vocabulary.label(c, language()) for c in near))
