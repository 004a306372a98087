"""What the API answers, as types: the functions that answer are checked against them, and OpenAPI is written from them.

A text beside a type describes it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict

from flask_babel import lazy_gettext as _l

from bridge.meaning.licences import Licence
from bridge.meaning.similarity import Kind


class RecordLinks(TypedDict):
    self: str
    page: Annotated[str, "La fiche lisible."]


class Shown(TypedDict):
    """What a record has beside the fields of ``bridge.record.Record``."""

    datestamp: Annotated[str, "Quand la fiche est devenue visible ici telle qu'elle est."]
    oai_identifier: str
    links: RecordLinks
    labels: NotRequired[Annotated[dict[str, str], "Les mots de la destination pour les concepts de la fiche."]]


class RecordMark(NamedTuple):
    """Stands for the schema of a record: its own fields, and those of ``Shown``."""


AnyRecord = Annotated[dict[str, Any], RecordMark()]


class Withdrawn(TypedDict):
    id: str
    status: Literal["withdrawn"]
    datestamp: Annotated[str, "Quand elle a cessé d'être visible ici."]


class PageLinks(TypedDict):
    self: str
    previous: NotRequired[str]
    next: NotRequired[Annotated[str, "Absent à la dernière page."]]


class RecordsPage(TypedDict):
    total: Annotated[int, "Nombre exact de fiches."]
    page: int
    per_page: int
    links: PageLinks
    records: list[AnyRecord]


class RecordsWalk(TypedDict):
    total: Annotated[int, "Nombre de fiches du parcours, retraits compris s'il y en a."]
    per_page: int
    until: Annotated[str, "À donner comme « since », une fois le parcours fini, pour ce qui aura changé."]
    links: PageLinks
    records: list[AnyRecord | Withdrawn]


class Reason(TypedDict):
    kind: Kind
    label: str
    values: Annotated[list[str], "Les mots, identifiants ou codes en commun."]


class SimilarRecord(TypedDict):
    score: Annotated[float, "De 0 à 1 : la même ressource."]
    reasons: list[Reason]
    record: AnyRecord


class SimilarRecords(TypedDict):
    similar: Annotated[list[SimilarRecord], "Les plus proches d'abord ; vide quand rien ne se ressemble."]


class FacetValue(TypedDict):
    value: str
    label: str
    count: int


class Facets(TypedDict):
    total: int
    facets: Annotated[dict[str, list[FacetValue]], "Les plus fréquentes d'abord."]


class Source(TypedDict):
    id: str
    title: str
    partner: str
    kind: str
    url: str
    licence: str
    contribute: NotRequired[Annotated[str, "La page où y ajouter une ressource, si un visiteur le peut."]]
    live: NotRequired[int]
    withdrawn: NotRequired[int]
    last_visit: NotRequired[str]
    last_success: NotRequired[str]
    complete: NotRequired[bool]


class Sources(TypedDict):
    sources: list[Source]


class TargetAddresses(TypedDict):
    page: str
    oai: str
    records: str
    feeds: Annotated[dict[str, str], "L'adresse de chaque format, par son extension."]


class Target(TypedDict):
    id: str
    title: str
    addresses: TargetAddresses


class WholeTarget(Target):
    names: Annotated[dict[str, str], "Le nom qu'elle donne à nos colonnes."]
    labels: Annotated[dict[str, str], "Ses mots pour nos concepts."]


class Targets(TypedDict):
    targets: list[Target]


class Concept(TypedDict):
    id: str
    fr: str
    en: str
    alt: list[str]
    broader: str
    match: Annotated[dict[str, Any], "Ce qu'il est dans d'autres vocabulaires."]


class Scheme(TypedDict):
    id: str
    fr: str
    en: str
    concepts: list[Concept]


class Vocabulary(TypedDict):
    schemes: list[Scheme]
    licences: list[Licence]


class Territory(TypedDict):
    code: str
    name: str


class Territories(TypedDict):
    territories: list[Territory]


class Refusal(TypedDict):
    parameter: str
    detail: str


class Problem(TypedDict):
    type: Annotated[str, "L'adresse de son explication ; elle ne change pas."]
    title: str
    status: int
    detail: Annotated[str, "Ce qui était attendu, en une phrase."]
    errors: NotRequired[list[Refusal]]


class Trouble(NamedTuple):
    """A sort of error: its status and title never change."""

    status: int
    title: str
    meaning: Any


TROUBLES = {
    "parametres-refuses": Trouble(400, "Paramètres refusés", _l("« errors » nomme chaque paramètre à corriger.")),
    "fiche-inconnue": Trouble(404, "Fiche inconnue", _l("Aucune fiche n’a porté cet identifiant ici.")),
    "destination-inconnue": Trouble(404, "Destination inconnue", _l("« /targets » donne les destinations.")),
    "adresse-inconnue": Trouble(404, "Adresse inconnue", _l("Cette page donne toutes les adresses.")),
    "methode-refusee": Trouble(405, "Méthode refusée", _l("L’API se lit seulement : GET et HEAD.")),
    "fiche-retiree": Trouble(410, "Fiche retirée", _l("Sa source l’a retirée : retirez-la aussi.")),
    "erreur-interne": Trouble(500, "Erreur interne", _l("Une faute de notre part : dites-la-nous.")),
    "indisponible": Trouble(503, "Indisponible", _l("Réessayez dans un instant.")),
}
"""By the part of their ``type`` that names them."""
