"""Open notices by mail, to the collective's contact address: one message for all those that wait."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from threading import Event

from bridge.collective import Collective
from bridge.config import Settings
from bridge.instants import from_now
from bridge.logs import event
from bridge.smtp import MailError, send
from bridge.store.notices import Notice, Notices

log = logging.getLogger("partageons")

PAUSE = timedelta(minutes=10)
"""Between two mails, or two tries."""
LOOK = 15.0
"""Seconds between two looks at what waits."""
MOST = 100
"""Notices that one message tells; the others are counted."""


def send_waiting(here: Collective) -> int:
    """Mail the notices of which no mail was sent, if ``smtp`` is set and ``PAUSE`` has passed since the last try.

    A failure is logged and tried again later. Notices count as sent once the server took the message: should this
    process die in between, they are sent again.

    Returns:
        how many notices were sent.
    """
    if not here.settings.smtp:
        return 0
    before = from_now(-PAUSE)
    with here.store.snapshot() as snapshot:
        if not Notices(snapshot).unsent(before):
            return 0
    with here.store.writing() as writing:
        waiting = Notices(writing).take(before)
    if not waiting:
        return 0
    try:
        send(here.settings.smtp, message(here.settings, waiting))
    except MailError as error:
        log.warning("%s", error)
        return 0
    with here.store.writing() as writing:
        Notices(writing).mark_sent([notice.id for notice in waiting])
    event(log, "mail", notices=len(waiting))
    return len(waiting)


def run(here: Collective, stop: Event) -> None:
    """Mail what waits, until ``stop``."""
    while not stop.wait(LOOK):
        send_waiting(here)


def message(settings: Settings, waiting: Sequence[Notice]) -> EmailMessage:
    """What is mailed: plain text, a notice a paragraph."""
    name = " ".join(settings.name.split())
    count = "une chose" if len(waiting) == 1 else f"{len(waiting)} choses"
    mail = EmailMessage()
    mail["Subject"] = f"{name} : {count} à voir"
    mail["From"] = mail["To"] = settings.admin_email
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = make_msgid(domain=settings.node)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    lines = [f"- {notice.message}" for notice in waiting[:MOST]]
    if len(waiting) > MOST:
        lines.append(f"- et {len(waiting) - MOST} autres.")
    if settings.base_url:
        lines.append(f"Pour décider : {settings.base_url}coordination")
    mail.set_content("\n\n".join(lines) + "\n", cte="quoted-printable")
    return mail
