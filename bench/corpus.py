"""An OAI-PMH repository's answers, invented: French records of about 3 kB, 100 a page."""

from __future__ import annotations

from random import Random

TEXT = (
    "mare haie bocage prairie rivière zone humide éclairage nocturne trame verte bleue commune école jardin partagé "
    "gestion différenciée fauche tardive habitants agriculteurs inventaire amphibiens pollinisateurs plantation "
    "désimperméabilisation cour toiture végétalisée suivi écologique chantier participatif bénévoles élus services "
    "techniques budget subvention agence de l'eau région département parc naturel réserve restauration continuité"
)
WORDS = TEXT.split()
SUBJECTS = ("Mares", "Trame verte et bleue", "Nature en ville", "Zéro phyto", "Haies", "Divers", "Inventaires")
PLACES = ("Lyon (Rhône)", "Nantes (Loire-Atlantique)", "Saint-Denis (93)", "Rennes", "Besançon (Doubs)", "Tours (37)")
TYPES = ("Retour d'expérience", "Guide", "Outil", "Fiche technique", "Vidéo")
OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-11-24T08:00:00Z</responseDate>"
    '<request verb="ListRecords" metadataPrefix="oai_dc">http://oai.exemple.fr/oai</request>'
)
IDENTIFY = (
    OPEN + "<Identify><repositoryName>Exemple</repositoryName><baseURL>http://oai.exemple.fr/oai</baseURL>"
    "<protocolVersion>2.0</protocolVersion><adminEmail>contact@exemple.fr</adminEmail>"
    "<earliestDatestamp>2020-01-01T00:00:00Z</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
    "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify></OAI-PMH>"
).encode()


def record(n: int, random: Random) -> str:
    """One ``oai_dc`` record of about 3 kB."""
    text = " ".join(random.choice(WORDS) for _ in range(300)).capitalize() + "."
    dc = [
        ("title", f"{random.choice(WORDS).capitalize()} et {random.choice(WORDS)} : retour n° {n}"),
        ("creator", f"Commune de {random.choice(PLACES)}"),
        *(("subject", subject) for subject in random.sample(SUBJECTS, 3)),
        ("description", text),
        ("publisher", "Centre de ressources Exemple"),
        ("date", f"20{n % 24 + 1:02}-0{n % 9 + 1}-1{n % 9}"),
        ("type", random.choice(TYPES)),
        ("format", "text/html"),
        ("identifier", f"https://exemple.fr/fiches/{n}?a=1&amp;b=2"),
        ("language", "fre"),
        ("coverage", random.choice(PLACES)),
        ("rights", "Licence Ouverte 2.0"),
    ]
    body = "".join(f"<dc:{name}>{value}</dc:{name}>" for name, value in dc)
    return (
        f"<record><header><identifier>oai:exemple.fr:{n}</identifier>"
        f"<datestamp>2026-01-0{n % 9 + 1}T00:00:00Z</datestamp><setSpec>rex</setSpec></header><metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{body}</oai_dc:dc></metadata></record>'
    )


def page(number: int, pages: int, size: int = 100) -> bytes:
    """One answer to ListRecords; ``number`` counts from 0. The same number is always the same bytes."""
    random = Random(number)
    records = "".join(record(number * size + n, random) for n in range(size))
    more = f"p{number + 1}" if number + 1 < pages else ""
    token = f'<resumptionToken completeListSize="{pages * size}" cursor="{number * size}">{more}</resumptionToken>'
    return f"{OPEN}<ListRecords>{records}{token}</ListRecords></OAI-PMH>".encode()


NOTHING_NEW = (OPEN + '<error code="noRecordsMatch">rien</error></OAI-PMH>').encode()
