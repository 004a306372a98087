"""A calendar (iCalendar, RFC 5545), as an agenda publishes it."""

from __future__ import annotations

from bridge.demo.site import Answer, Asked, Fiche, Site

ROBOTS = "User-agent: *\nDisallow:\n"
FILE = "/agenda.ics"


def head(site: Site) -> str:
    return f'<link rel="alternate" type="text/calendar" title="Agenda" href="{FILE}">'


def page(site: Site, fiche: Fiche) -> str:
    return f"/rendez-vous/{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path != FILE:
        return None
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Agenda//FR", f"X-WR-CALNAME:{_text(site.name)}"]
    for fiche in site.fiches():
        lines += _event(site, fiche)
    folded = "\r\n".join(
        line[:60] + "".join(f"\r\n {line[at : at + 60]}" for at in range(60, len(line), 60))
        for line in [*lines, "END:VCALENDAR"]
    )
    return Answer(f"{folded}\r\n".encode(), headers={"Content-Type": "text/calendar; charset=utf-8"})


def _event(site: Site, fiche: Fiche) -> list[str]:
    values = fiche.values
    lon, lat = values["position"]
    return [
        "BEGIN:VEVENT",
        f"UID:rendez-vous-{fiche.number}",
        f"DTSTAMP:{fiche.modified:%Y%m%dT%H%M%SZ}",
        f"LAST-MODIFIED:{fiche.modified:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{values['jour']}",
        f"SUMMARY:{_text(values['titre'])}",
        f"DESCRIPTION:{_text(values['resume'])}",
        f"LOCATION:{_text(values['commune'])}\\, {values['cp']}",
        f"GEO:{lat};{lon}",
        f"CATEGORIES:{_text(values['theme'])}",
        "ORGANIZER;CN=Colette Marchand:mailto:colette.marchand@agenda.example",
        f"URL:{site.url(fiche)}",
        "END:VEVENT",
    ]


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")
