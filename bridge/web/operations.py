"""Every address of the API: what it gives, what it takes, what it answers, an example. OpenAPI and the page of the API
are written from this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from marshmallow import Schema

from bridge.web import answers, parameters


class Operation(NamedTuple):
    """One address.

    Attributes:
        summary: what it gives.
        parameters: the schema of its query.
        answer: the type of its JSON.
        troubles: keys of ``answers.TROUBLES`` beside those that any address may have.
        examples: queries to try.
        kept: whether it changes with the store only, so that an ``ETag`` says when it did.
    """

    summary: Any
    parameters: Schema
    answer: Any
    troubles: tuple[str, ...] = ()
    examples: tuple[str, ...] = ("",)
    kept: bool = True


OPERATIONS: Mapping[str, Operation] = {
    "/records": Operation(
        _l("Les fiches qui répondent à une recherche, page par page, ou toutes, dans l’ordre des changements."),
        parameters.RECORDS,
        answers.RecordsPage | answers.RecordsWalk,
        ("destination-inconnue",),
        ("?q=mare&per_page=5", "?theme=t-haies&sort=recent", "?cursor=*&per_page=100", "?since=2026-01-01"),
    ),
    "/records/{id}": Operation(
        _l("Une fiche."), parameters.NONE, answers.AnyRecord, ("fiche-inconnue", "fiche-retiree")
    ),
    "/similar": Operation(
        _l("« Existe déjà ailleurs ? » : les fiches qui ressemblent à ce qui s’écrit, et pourquoi."),
        parameters.SIMILAR,
        answers.SimilarRecords,
        (),
        ("?title=La+mare+de+l%27%C3%A9cole&territory=commune/69266",),
    ),
    "/facets": Operation(
        _l("Les valeurs de chaque filtre et leur nombre de fiches."),
        parameters.FACETS_OF,
        answers.Facets,
        ("destination-inconnue",),
        ("?q=mare",),
    ),
    "/sources": Operation(
        _l("Les sources, leur licence et leur dernière visite."), parameters.NONE, answers.Sources, kept=False
    ),
    "/targets": Operation(
        _l("Les destinations : ce que chaque partenaire reçoit, et à quelles adresses."),
        parameters.NONE,
        answers.Targets,
    ),
    "/targets/{id}": Operation(
        _l("Une destination, ses noms de champs et ses mots."),
        parameters.NONE,
        answers.WholeTarget,
        ("destination-inconnue",),
    ),
    "/vocabulary": Operation(_l("Les listes de concepts et les licences."), parameters.NONE, answers.Vocabulary),
    "/territories": Operation(
        _l("Les territoires dont le nom commence ainsi."),
        parameters.TERRITORIES,
        answers.Territories,
        (),
        ("?q=Villeurb",),
    ),
}
