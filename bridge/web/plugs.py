"""How a target plugs each tool into what it receives: what to do there, the line to paste."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from flask_babel import gettext as _

from bridge.web.addresses import feed_of, repository_of
from bridge.web.current import absolute, to
from bridge.writers import yeswiki

if TYPE_CHECKING:
    from bridge.meaning.target import Target


class Plug(NamedTuple):
    """How to plug a tool: what it is called, what to do there, the line to paste, the picture of the place."""

    tool: str
    name: str
    steps: Sequence[str]
    line: str
    picture: str = ""
    seen: str = ""


def _filters(target: Target) -> str:
    """What makes filters of a list in a YesWiki."""
    names, titles = yeswiki.groups(target.names, "type", "source")
    return f'groups="{",".join(names)}" titles="{",".join(titles)}"'


def plugs(target: Target) -> list[Plug]:
    """How to plug each tool, the one that the target uses first."""
    home, repository = absolute(to("targets.target", "fr", id=target.id)), repository_of(target)
    found = [
        Plug(
            "yeswiki",
            "YesWiki",
            (
                _("Ouvrez en modification la page où les montrer."),
                _("Collez cette ligne à l’endroit voulu, puis enregistrez."),
                _('Pour une carte, ajoutez template="map" avant les accolades fermantes ; pour des filtres,')
                + f" {_filters(target)}.",
                _("Un retrait se voit au bout d’un jour ; dans l’heure si la configuration du wiki met à 60")
                + " cache_time_to_check_deletion.",
            ),
            f'{{{{bazarliste id="{home}|{target.form}"}}}}',
            "yeswiki.png",
            _("Un YesWiki qui montre les ressources du réseau."),
        ),
        Plug(
            "wordpress",
            "WordPress",
            (
                _("Dans l’éditeur, ajoutez un bloc « RSS »."),
                _("Collez cette adresse et choisissez le nombre d’éléments."),
                _("Dans les réglages du bloc, cochez l’auteur (c’est la source), l’extrait et la date."),
            ),
            feed_of("rss", target),
            "wordpress.png",
            _("Le bloc RSS de WordPress avec les ressources du réseau."),
        ),
        Plug(
            "spip",
            "SPIP",
            (
                _("Activez « Référencement de sites et syndication » dans la configuration."),
                _("Dans une rubrique, « Référencer un site » : collez cette adresse comme fil de syndication."),
                _("Choisissez de publier d’office les liens, et de retirer ceux qui quittent le fil."),
            ),
            feed_of("spip.rss", target),
            "spip.png",
            _("Les ressources du réseau dans une page publique d’un SPIP."),
        ),
        Plug(
            "drupal",
            "Drupal",
            (
                _("Avec le module Feeds, créez un type de flux : téléchargement depuis une adresse, analyse RSS/Atom."),
                _("Faites du champ « guid » l’identifiant unique, pour que les mises à jour remplacent les fiches."),
                _("Donnez cette adresse au flux, et une période d’import."),
            ),
            feed_of("atom", target),
        ),
        Plug(
            "umap",
            "uMap",
            (
                _("Dans les propriétés d’un calque, ouvrez « Données distantes »."),
                _("Collez cette adresse, choisissez le format GeoJSON, et ne passez pas par le proxy."),
            ),
            feed_of("umap.geojson", target),
        ),
        Plug(
            "gogocarto",
            "GoGoCarto",
            (
                _("Dans l’administration, créez un « import dynamique »."),
                _("Collez cette adresse, puis associez les catégories de la carte à « categories »."),
            ),
            feed_of("gogocarto.json", target),
        ),
        Plug(
            "tableur",
            _("Excel ou LibreOffice"),
            (
                _("Excel : Données, À partir du web. LibreOffice : Feuille, Lien vers des données externes."),
                _("Collez cette adresse ; le tableau se met à jour sur demande."),
            ),
            feed_of("csv", target),
        ),
        Plug(
            "pmb",
            "PMB",
            (
                _("Dans les connecteurs externes, ajoutez un entrepôt OAI."),
                _("Collez cette adresse et choisissez le format « oai_dc »."),
                _("Pour un import ponctuel, prenez plutôt le fichier UNIMARC de la liste ci-dessous."),
            ),
            repository,
        ),
        Plug(
            "koha",
            "Koha",
            (
                _("Dans Administration, Serveurs OAI, ajoutez un entrepôt."),
                _("Collez cette adresse et choisissez le format « unimarc » ou « marc21 », selon votre catalogue."),
            ),
            repository,
        ),
        Plug(
            "oai",
            _("Un autre moissonneur OAI-PMH"),
            (_("Cette adresse est celle d’un entrepôt à part : elle ne donne que ces ressources, dans vos mots."),),
            repository,
        ),
    ]
    return sorted(found, key=lambda plug: plug.tool != target.tool)
