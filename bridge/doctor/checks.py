"""What is wrong, in plain sentences, each with what to do about it. Pure: facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bridge.config import SETTINGS
from bridge.doctor.facts import Facts
from bridge.doctor.finding import GRAVE, GRAVITIES, WORTH, WRONG, Finding
from bridge.doctor.sources import sources

_BEHIND = 200
_SILENT = 60.0
_GIB = 1 << 30


def settings(facts: Facts) -> Iterator[Finding]:
    """What should be settled before the public comes."""
    now = facts.settings
    address, host = urlsplit(now.base_url), urlsplit(now.base_url).hostname or ""
    local = not host or host == "localhost" or host.startswith("127.") or host == "::1"
    if not now.base_url:
        yield Finding(
            WRONG,
            "settings",
            "L'adresse publique du pont n'est pas fixée : ses flux donnent celle que le service ouvre.",
            'Écrivez base_url = "https://…/" dans partageons.toml.',
        )
    elif address.scheme == "http" and not local:
        yield Finding(
            GRAVE,
            "settings",
            f"Le pont est servi sans chiffrement ({now.base_url}) : les mots de passe circulent en clair.",
            "Mettez un serveur en https devant lui, puis corrigez base_url.",
        )
    elif address.scheme == "https" and not now.trusted_proxies:
        yield Finding(
            WRONG,
            "settings",
            "base_url est en https, mais aucun serveur mandataire n'est déclaré : tous les visiteurs paraissent venir "
            "de la même adresse, et leurs limites ne valent rien.",
            "Écrivez trusted_proxies = 1 si un serveur web est devant le pont.",
        )
    if now.node.endswith(".localhost"):
        yield Finding(
            WRONG,
            "settings",
            f"Le pont s'appelle « {now.node} » dans OAI-PMH : ses identifiants ne vaudront nulle part ailleurs.",
            "Fixez node, une fois pour toutes, avant que d'autres moissonnent.",
        )
    if now.admin_email == next(each.default for each in SETTINGS if each.key == "admin_email"):
        yield Finding(
            WRONG,
            "settings",
            "L'adresse de contact est celle d'origine : personne ne recevra ce qu'on y écrit.",
            "Écrivez admin_email dans partageons.toml.",
        )
    if not now.smtp:
        yield Finding(
            WORTH,
            "settings",
            "Aucun serveur de courrier : ce qui attend une personne ne se voit que dans les pages.",
            "Écrivez smtp dans partageons.toml, ou PARTAGEONS_SMTP.",
        )
    if now.allow_hosts:
        yield Finding(
            WORTH,
            "settings",
            f"Des hôtes privés peuvent être visités : {', '.join(now.allow_hosts)}.",
            "Ne gardez dans allow_hosts que ceux dont vous répondez.",
        )


def mail(facts: Facts) -> Iterator[Finding]:
    """Whether the mail server can be used."""
    if facts.mail:
        yield Finding(WRONG, "mail", facts.mail, "Corrigez smtp, puis relancez partageons doctor --network.")


def mappings(facts: Facts) -> Iterator[Finding]:
    """Mapping files that cannot be used."""
    for told in facts.broken.values():
        yield Finding(WRONG, "mappings", told, "Sa source n'est plus visitée : corrigez ce fichier.")
    if not facts.sources and not facts.broken:
        yield Finding(WORTH, "mappings", "Aucune source.", "Ajoutez-en une : partageons add https://…")


def accounts(facts: Facts) -> Iterator[Finding]:
    """Whether somebody can decide."""
    if not facts.administrators:
        yield Finding(
            WRONG,
            "accounts",
            "Aucun compte d'administration : personne ne peut décider dans les pages du pont.",
            "Créez-en un : partageons account add NOM --role administrator.",
        )


def notices(facts: Facts) -> Iterator[Finding]:
    """What waits for somebody."""
    if count := sum(facts.notices.values()):
        yield Finding(
            WORTH, "notices", f"{count} choses attendent une personne.", "Voyez /coordination dans un navigateur."
        )


def deliveries(facts: Facts) -> Iterator[Finding]:
    """What could not be sent."""
    for target, count in facts.dead.items():
        yield Finding(
            WRONG,
            "deliveries",
            f"{count} envois vers « {target} » ont été abandonnés.",
            "Voyez pourquoi, puis rejouez-les : partageons deliveries, puis --replay all.",
        )

    for target, why in facts.stopped.items():
        yield Finding(
            WRONG,
            "deliveries",
            f"Plus rien n'est envoyé à « {target} » : {why}",
            "Voyez partageons deliveries.",
        )


def disk(facts: Facts) -> Iterator[Finding]:
    """Whether there is room."""
    free, share = facts.disk_free, facts.disk_free / max(facts.disk_size, 1)
    if free < _GIB / 5 or (free < 5 * _GIB and share < 0.05):
        full = free < _GIB / 5
        yield Finding(
            GRAVE if full else WRONG,
            "disk",
            f"Le disque est presque plein : il reste {free / _GIB:.1f} Gio.".replace(".", ",", 1),
            "Faites de la place : plein, le pont sert encore mais n'écrit plus rien.",
        )


def rights(facts: Facts) -> Iterator[Finding]:
    """What others on this machine may read."""
    data = facts.settings.data
    loose = [each for each in facts.loose if facts.open or not each.is_relative_to(data) or each == data]
    if loose:
        secret = data / "secret" in loose or any(not each.is_relative_to(data) for each in loose)
        shown = ", ".join(str(each) for each in loose[:5]) + (" …" if len(loose) > 5 else "")
        yield Finding(
            GRAVE if secret else WRONG,
            "rights",
            f"D'autres utilisateurs de cette machine peuvent lire {shown}.",
            "Fermez-les : partageons doctor --fix.",
        )
    if facts.foreign:
        yield Finding(
            WRONG,
            "rights",
            f"Le fichier {facts.foreign[0]} n'appartient pas au même utilisateur que {data} : une commande a été "
            "lancée sous un autre nom.",
            f"Rendez-lui tout : chown -R UTILISATEUR {data}.",
        )


def clock(facts: Facts) -> Iterator[Finding]:
    """Whether this machine knows what time it is."""
    if facts.updated and datetime.fromisoformat(facts.updated) - facts.at > timedelta(minutes=1):
        yield Finding(
            WRONG,
            "clock",
            f"La base porte une date à venir ({facts.updated}) : l'horloge a reculé.",
            "Réglez l'heure de cette machine ; les dates reprendront quand elle aura rattrapé celle-ci.",
        )
    if facts.skew is not None and abs(facts.skew) > 30:
        how = "avance" if facts.skew > 0 else "retarde"
        yield Finding(
            GRAVE if abs(facts.skew) > 300 else WRONG,
            "clock",
            f"L'horloge de cette machine {how} de {abs(facts.skew):.0f} s sur celle d'une source : les signatures de "
            "plus de cinq minutes sont refusées.",
            "Réglez l'heure de cette machine (timedatectl set-ntp true).",
        )
    if not facts.paris:
        yield Finding(WRONG, "clock", "L'heure de Paris est inconnue ici.", "Installez tzdata : pip install tzdata.")


def database(facts: Facts) -> Iterator[Finding]:
    """Whether the database is whole, and its index up to date."""
    if facts.damage:
        yield Finding(
            GRAVE,
            "database",
            f"La base de données est abîmée : {facts.damage}.",
            "Arrêtez le service et reprenez la dernière sauvegarde : partageons restore FICHIER.",
        )
    behind = facts.committed - facts.indexed
    if behind > _BEHIND or (facts.committed and not facts.indexed):
        yield Finding(
            WRONG,
            "database",
            f"L'index de recherche ignore les {behind} derniers changements.",
            "Lancez le service, ou partageons harvest : il rattrape de lui-même.",
        )


def refresher(facts: Facts) -> Iterator[Finding]:
    """Whether sources are being visited."""
    if facts.sources and (facts.heartbeat is None or facts.heartbeat > _SILENT):
        since = "n'a jamais tourné" if facts.heartbeat is None else f"est arrêté depuis {_duration(facts.heartbeat)}"
        yield Finding(
            WRONG,
            "refresher",
            f"Le processus qui visite les sources {since} : rien n'est tenu à jour.",
            "Lancez partageons serve, ou relancez le service (systemctl restart partageons).",
        )


def _duration(seconds: float) -> str:
    for size, name in ((86400, "jours"), (3600, "heures"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} secondes"


MACHINE = (disk, rights, clock, database)
CHECKS = (settings, mail, mappings, sources, accounts, notices, deliveries, refresher, *MACHINE)


def examine(facts: Facts) -> list[Finding]:
    """What every check found, the gravest first; of a damaged database, only what is not read in it."""
    found = [finding for check in (MACHINE if facts.damage else CHECKS) for finding in check(facts)]
    return sorted(found, key=lambda finding: GRAVITIES.index(finding.gravity))
