"""The mail server of the settings: encrypted unless it is this machine, its password never told."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from bridge.errors import BridgeError

TIMEOUT = 10.0
_HERE = ("localhost", "127.0.0.1", "::1")


class MailError(BridgeError):
    """The mail server is not there, or did not take what was sent."""


def send(server: str, mail: EmailMessage) -> None:
    """Hand a message over.

    Args:
        server: ``smtp://name:password@host:587`` (STARTTLS) or ``smtps://`` (TLS at once); name and password only
            where the server wants them.

    Raises:
        MailError: the server did not take it.
    """
    with _session(server) as session:
        session.send_message(mail)


def greet(server: str) -> None:
    """Look whether a mail server is there and takes the name and password, without sending anything.

    Raises:
        MailError: it is not, or does not.
    """
    with _session(server) as session:
        session.noop()


@contextmanager
def _session(server: str) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(server)
    try:
        with _connected(parts) as session:
            if parts.username:
                session.login(unquote(parts.username), unquote(parts.password or ""))
            yield session
    except smtplib.SMTPAuthenticationError:
        # Not chained, nor those below: what a server answers may repeat what it was sent.
        raise MailError(
            f"Le serveur de courrier {parts.hostname} refuse ce nom ou ce mot de passe.", "Vérifiez « smtp »."
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise MailError(
            f"Le serveur de courrier {parts.hostname} n'offre pas de chiffrement (STARTTLS), ou pas de mot de passe.",
            "Prenez smtps://, ou un autre serveur.",
        ) from None
    except smtplib.SMTPException as error:
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else type(error).__name__
        raise MailError(
            f"Le serveur de courrier {parts.hostname} refuse le message ({code}).",
            "Vérifiez « smtp » et « admin_email ».",
        ) from None
    except OSError as error:
        raise MailError(
            f"Le serveur de courrier {parts.hostname} ne répond pas ({error.strerror or error}).", "Vérifiez « smtp »."
        ) from error


@contextmanager
def _connected(parts: SplitResult) -> Iterator[smtplib.SMTP]:
    host = parts.hostname or ""
    context = ssl.create_default_context()
    if host in _HERE:  # nobody listens between this machine and itself: its certificate need not be anyone's
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if parts.scheme == "smtps":
        with smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=context) as session:
            yield session
        return
    with smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT) as session:
        session.ehlo_or_helo_if_needed()
        if session.has_extn("starttls"):
            session.starttls(context=context)
        elif host not in _HERE:
            raise smtplib.SMTPNotSupportedError("no STARTTLS")
        yield session
