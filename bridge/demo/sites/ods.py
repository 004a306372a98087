"""A workbook put on line (OpenDocument, ISO/IEC 26300): a sheet of explanations, then the table."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape
from zipfile import ZipFile, ZipInfo

from bridge.demo.site import Answer, Asked, Fiche, Site

ROBOTS = "User-agent: *\nDisallow:\n"
FILE = "/inventaire-des-actions.ods"
COLUMNS = {
    **{"Réf.": "", "Intitulé de l'action": "titre", "Résumé": "resume", "Thématique": "theme", "Commune": "commune"},
    **{"Code INSEE": "insee", "Période": "annee", "Coût": "budget", "Porteur": "porteur", "Téléphone": ""},
}
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def head(site: Site) -> str:
    return ""


def page(site: Site, fiche: Fiche) -> str:
    return f"/actions/{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path != FILE:
        return None
    notice = [["Lisez-moi"], [f"Inventaire tenu par {site.name}."]]
    table = [["Inventaire des actions"], [], list(COLUMNS), *(_row(fiche) for fiche in site.fiches())]
    sheets = _sheet("Lisez-moi", notice) + _sheet("Actions", table)
    body = (
        f"<office:document-content {_SPACES}><office:body><office:spreadsheet>{sheets}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:  # dates of entries never move: the same table is the same file
        for name, text in (("mimetype", kind), ("content.xml", body), ("META-INF/manifest.xml", manifest)):
            archive.writestr(ZipInfo(name), text)
    return Answer(packed.getvalue(), headers={"Content-Type": kind})


def _row(fiche: Fiche) -> list[str]:
    return [
        f"A-{fiche.number:02}",
        *(str(fiche.values.get(key, "05 55 44 33 22")) for key in list(COLUMNS.values())[1:]),
    ]


def _sheet(name: str, rows: list[list[str]]) -> str:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    return f'<table:table table:name="{name}">{cells}</table:table>'
