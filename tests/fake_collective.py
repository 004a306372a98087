"""Some forty invented resources of nine invented partners, put straight into a collective's store and index.

For tests of pages, and to look at them: ``python tests/fake_collective.py 8000``.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bridge.collective import Collective
from bridge.config import load
from bridge.meaning import territory
from bridge.meaning.sets import sets_of
from bridge.record import (
    Agent,
    Amount,
    Contact,
    Document,
    Hop,
    Identifier,
    Image,
    Organisation,
    Origin,
    Point,
    Problem,
    Record,
    Relation,
)
from bridge.store import Rhythm
from bridge.store.writing import Change

SOURCES = {
    "cdr-tvb": ("Centre de ressources Trame verte et bleue", "wordpress", "etalab-2.0", "full"),
    "arb-ouest": ("Agence de la biodiversité du Grand Ouest", "oai", "etalab-2.0", "notice"),
    "cerema-nature": ("Nature en ville, le réseau", "wordpress", "CC-BY-SA-4.0", "full"),
    "reseau-haies": ("Réseau Haies et bocages", "yeswiki", "CC-BY-SA-4.0", "notice"),
    "lpo-demo": ("Refuges et communes", "feed", "NOASSERTION", "notice"),
    "agro-partage": ("Agroécologie en partage", "yeswiki", "CC-BY-SA-4.0", "full"),
    "zones-humides": ("Pôle-relais Zones humides", "csv_file", "etalab-2.0", "notice"),
    "cen-antilles": ("Conservatoire des Antilles", "json_api", "CC-BY-4.0", "notice"),
    "entreprises": ("Entreprises et vivant", "feed", "CC-BY-NC-SA-4.0", "notice"),
}


def records() -> list[Record]:
    """The resources of ``fake_collective.jsonl``, numbered from 101; ``cerema-nature:112`` is whole."""
    lines = Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    made = [_record(number, json.loads(line)) for number, line in enumerate(lines, 101)]
    return [full(record) if record.id == "cerema-nature:112" else record for record in made]


def _record(number: int, row: dict[str, str]) -> Record:
    def many(key: str, prefix: str) -> tuple[str, ...]:
        return tuple(f"{prefix}-{name}" for name in row.get(key, "").split())

    source, place = row["source"], row.get("territory", "")
    return Record(
        id=f"{source}:{number}",
        source=source,
        title=row["title"],
        type=row["type"],
        abstract=row.get("abstract", ""),
        themes=many("themes", "t"),
        territories=(place,) if place else (),
        point=territory.centroid(place),
        period=row.get("period", ""),
        status="".join(many("status", "s")),
        scale="".join(many("scale", "e")),
        habitats=many("habitats", "m"),
        actor_types=many("actors", "a"),
        audiences=many("audiences", "p"),
        url=f"https://{source}.exemple.fr/fiches/{number}",
        licence=SOURCES[source][2],
        language="en" if row["title"].startswith("Biodiversity") else "fr",
        origin=Origin(f"{source}.exemple.fr", str(number)),
    )


def full(record: Record) -> Record:
    """A record whose every field holds something."""
    return replace(
        record,
        content="<p>Avant les travaux, la cour atteignait <strong>52 °C</strong> en juin. Le projet est parti d’une "
        "demande des parents, relayée par le conseil d’école.</p><h3>Comment nous avons fait</h3><ul><li>Six ateliers "
        "avec les enfants, du dessin à la maquette.</li><li>Un essai d’infiltration dès le premier mois.</li><li>Des "
        "arbres plantés en novembre, de petite taille, qui ont tous repris.</li></ul><p>Les agents d’entretien ont été "
        "formés avant la livraison : sans eux, rien ne tient.</p>",
        lessons="Commencer par l’eau : une fois la pluie infiltrée sur place, le reste du plan se dessine seul. Et "
        "prévoir dès le budget les deux premières années d’arrosage.",
        place_text="Groupe scolaire des Buers, Villeurbanne",
        point=Point(4.8934, 45.7772),
        period_text="De la rentrée 2020 à l’été 2022",
        published="2022-11",
        authors=(Agent("Claire Martin", "person"),),
        publishers=(Organisation("Éditions du Vivant"),),
        identifiers=(Identifier("doi", "10.5281/zenodo.1234"), Identifier("isbn", "9782070360536")),
        edition="2e édition",
        leads=(Organisation("Ville de Villeurbanne", "216902668", "a-commune"),),
        department="Direction Paysages et nature",
        partners=(Organisation("Métropole de Lyon", "", "a-intercommunalite"), Organisation("CAUE Rhône Métropole")),
        funders=(Organisation("Agence de l’eau Rhône Méditerranée Corse"),),
        recognitions=("g-ten",),
        budget=Amount(684000.0, "HT", True),
        budget_text="684 k€ HT, dont 12 mois de paysagiste",
        area_ha=0.18,
        length_m=240.0,
        sdgs=("11", "13"),
        taxa=("Hérisson d’Europe", "Rougequeue noir"),
        keywords=("cour oasis", "îlot de chaleur", "école", "pluie"),
        documents=(
            Document("https://cerema-nature.exemple.fr/f/plan.pdf", "application/pdf", 2_400_000, "Plan de la cour"),
            Document("https://cerema-nature.exemple.fr/f/suivi.csv", "text/csv", 12_000, ""),
        ),
        contact=Contact("Service Nature", "https://cerema-nature.exemple.fr/contact"),
        image=Image("https://cerema-nature.exemple.fr/f/cour.jpg", "Photo : Ville de Villeurbanne"),
        attribution="Nature en ville, le réseau, 2022",
        created="2022-11-14T09:00:00Z",
        modified="2024-05-02T08:30:00Z",
        path=(Hop("portail-sud.exemple.fr", "oai:portail-sud.exemple.fr:88", "2025-01-12T10:00:00Z"),),
        same_as=(Relation("arb-ouest:107"),),
        related=(Relation("arb-ouest:111", "confirmed"),),
    )


def fill(collective: Collective) -> None:
    """Declare the sources, keep the resources, withdraw one (``arb-ouest:999``), tell what went wrong."""
    for source, (title, kind, licence, keep) in SOURCES.items():
        lines = [f'id = "{source}"', f'kind = "{kind}"', f'title = "{title}"', f'url = "https://{source}.exemple.fr/"']
        lines += [f'licence = "{licence}"', f'keep = "{keep}"']
        lines += ['agreement = { date = 2026-01-15, scope = "fiches publiées" }'] if keep == "full" else []
        path = collective.settings.mappings / f"{source}.toml"
        path.write_text("\n".join(["[source]", *lines, "[fields]", 'title = "titre"']), encoding="utf-8")
    gone = Record(id="arb-ouest:999", source="arb-ouest", title="Retirée")
    with collective.store.writing() as writing:
        for record in [*records(), gone]:
            writing.keep(record.source, "1", [change(collective, record)])
        writing.withdraw([gone.id])
        done = {"complete": True, "version": "1"}
        for source in SOURCES:
            if source not in ("lpo-demo", "zones-humides", "entreprises"):
                writing.visited(source, success=True, cached=done, rhythm=Rhythm(next_visit="2026-11-25T04:00:00Z"))
        writing.visited(
            "zones-humides",
            success=True,
            cached=done,
            problems=[
                Problem("Territoire non résolu : « Saint-Martin » désigne 220 communes ; donnez le code INSEE.", "131"),
                Problem("La ligne 48 n’a pas de titre : elle n’est pas reprise.", "48"),
            ],
            unplaced={"Date de saisie": 212, "Rédacteur": 198},
        )
        writing.visited("entreprises", success=True, cached=done, held_back=7)
        writing.visited("lpo-demo", success=False, problems=[Problem("Le site répond 503 : il est en maintenance.")])
    collective.catch_up()


def change(collective: Collective, record: Record) -> Change:
    terms = [["themes", word, theme] for theme in record.themes for word in [collective.words.label(theme)]]
    if record.source == "zones-humides":
        terms += [["themes", "Mares et étangs", ""], ["type", "Retex", ""], ["actor_types", "Syndicat mixte", ""]]
    sets = sets_of(record, collective.vocabulary)
    hashed = hashlib.sha256(repr(record).encode()).hexdigest()
    return Change(record, hashed.encode(), hashed, sets, "<dc/>", "<pv/>", "<about/>", terms)


if __name__ == "__main__":
    from bridge.web import create_app

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mappings").mkdir()
        here = Collective(load(folder, os.environ))
        fill(here)
        create_app(here).run(port=int(sys.argv[1]))
