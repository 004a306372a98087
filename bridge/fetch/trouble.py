"""How failed requests are told: one French sentence that names the host, what was expected, what to do."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator

from bridge.errors import FetchError

_MEBIBYTE = 1 << 20


class Passing(FetchError):
    """A failure that may well be over a moment later: worth another try."""


def unknown_name(host: str) -> FetchError:
    return FetchError(
        f"Le nom « {host} » est introuvable : aucune machine ne porte ce nom sur internet.",
        "Vérifiez l'orthographe de l'adresse, ou demandez au partenaire si son site a déménagé.",
    )


def name_server_silent(host: str) -> FetchError:
    return Passing(
        f"Le serveur de noms ne répond pas pour « {host} » : l'adresse de la machine n'a pas pu être demandée.",
        "Réessayez dans quelques minutes ; si cela dure, vérifiez la connexion de la machine qui héberge le pont.",
    )


def forbidden_address(host: str, address: str, what: str) -> FetchError:
    return FetchError(
        f"Le pont refuse de lire « {host} », qui mène à {address} ({what}) : seules les adresses publiques sont lues.",
        "Si c'est bien voulu, l'exploitant du pont peut ajouter ce nom à la liste des hôtes permis (allow_hosts).",
    )


def forbidden_port(host: str, port: int) -> FetchError:
    return FetchError(
        f"Le pont refuse le port {port} de « {host} » : ce n'est pas un port où répond un site web.",
        "Donnez l'adresse publique du site, en général sans numéro de port.",
    )


def not_an_address(reason: str) -> FetchError:
    return FetchError(
        f"L'adresse ne peut pas être lue ({reason}) : une adresse http ou https complète était attendue.",
        "Copiez-la depuis la barre d'un navigateur, par exemple https://exemple.fr/ressources.",
    )


def credentials(host: str) -> FetchError:
    return FetchError(
        f"L'adresse de « {host} » contient un nom d'utilisateur ou un mot de passe : seul ce qui est public est lu.",
        "Retirez ce qui précède « @ » dans l'adresse.",
    )


def no_connection(host: str, error: OSError) -> FetchError:
    """``error`` is what every address of the host answered last."""
    if isinstance(error, TimeoutError):
        return Passing(
            f"« {host} » n'a pas répondu à temps à la demande de connexion.",
            "Vérifiez que le site s'ouvre dans un navigateur ; un pare-feu peut aussi bloquer le pont.",
        )
    if isinstance(error, ConnectionRefusedError):
        return Passing(
            f"« {host} » refuse la connexion : aucun site web n'y répond en ce moment.",
            "Vérifiez l'adresse et le port ; sinon le serveur du partenaire est arrêté, réessayez plus tard.",
        )
    return Passing(
        f"« {host} » est injoignable ({error.strerror or error}).",
        "Vérifiez que le site s'ouvre dans un navigateur et que la machine du pont est reliée à internet.",
    )


def robots_forbid(host: str) -> FetchError:
    return FetchError(
        f"Le fichier robots.txt de « {host} » interdit au pont de lire cette adresse.",
        "Demandez au partenaire d'y autoriser le pont, ou une autre adresse (API, flux) qu'il permet de lire.",
    )


def robots_unavailable(host: str, status: int | None) -> FetchError:
    return FetchError(
        f"Le fichier robots.txt de « {host} » est en panne (réponse {status}) : le droit de lire n'est pas connu.",
        "Rien n'est lu en attendant ; prévenez le partenaire si cela dure (un robots.txt absent, réponse 404, suffit).",
        status,
    )


def too_large(host: str, limit: int) -> FetchError:
    return FetchError(
        f"La réponse de « {host} » dépasse {size(limit)} : une liste courte, ou en plusieurs pages, était attendue.",
        "Demandez au partenaire une adresse paginée, ou une sélection plus petite.",
    )


def bomb(host: str, ratio: int) -> FetchError:
    return FetchError(
        f"La réponse compressée de « {host} » enfle de plus de {ratio} fois : elle est refusée, comme un piège.",
        "Signalez-le au partenaire : son site est peut-être piraté.",
    )


def bad_encoding(host: str, encoding: str) -> FetchError:
    return FetchError(
        f"La réponse de « {host} » est codée en « {encoding} » de façon illisible : gzip ou deflate étaient attendus.",
        "Signalez-le au partenaire : la compression de son serveur est mal réglée.",
    )


def truncated(host: str) -> FetchError:
    return Passing(
        f"La réponse de « {host} » est tronquée : la fin annoncée n'est pas arrivée.",
        "Réessayez ; si cela dure, le partenaire doit regarder le journal d'erreurs de son serveur.",
    )


def too_slow(host: str, seconds: float) -> FetchError:
    return FetchError(
        f"« {host} » n'a pas fini de répondre en {seconds:g} s.",
        "Réessayez à une heure creuse, ou demandez au partenaire une liste en plusieurs pages.",
    )


def too_many_redirects(host: str, limit: int) -> FetchError:
    return FetchError(
        f"« {host} » renvoie sans fin d'une adresse à l'autre (plus de {limit} renvois).",
        "Ouvrez le site dans un navigateur et donnez l'adresse finale.",
    )


def redirect_to_nowhere(host: str, status: int) -> FetchError:
    return FetchError(
        f"« {host} » renvoie ailleurs (réponse {status}) sans dire où.",
        "Ouvrez le site dans un navigateur et donnez l'adresse finale.",
        status,
    )


def not_asked_unchanged(host: str) -> FetchError:
    return FetchError(
        f"« {host} » répond « inchangé » (304) alors que le pont demandait la page entière.",
        "Signalez-le au partenaire : un cache de son site est mal réglé.",
        304,
    )


def not_sendable(name: str) -> FetchError:
    return FetchError(
        f"Rien n'est envoyé : l'en-tête « {name} » contient des lettres qu'un en-tête ne peut pas porter.",
        "Vérifiez le nom et le mot de passe donnés pour cette destination : des lettres sans accent, sur une ligne.",
    )


def sent_elsewhere(host: str, status: int) -> FetchError:
    return FetchError(
        f"« {host} » renvoie ailleurs (réponse {status}) : ce que le pont envoie n'est remis qu'à l'adresse donnée.",
        "Donnez l'adresse finale, telle qu'un navigateur l'affiche (https, avec ou sans www).",
        status,
    )


_NOT_TAKEN: dict[int, tuple[str, str]] = {
    401: ("ne reconnaît pas le pont (réponse 401)", "Vérifiez le mot de passe ou le jeton donné pour cette adresse."),
    403: (
        "ne donne pas au pont le droit d'écrire (réponse 403)",
        "Demandez au partenaire de l'autoriser : compte, mot de passe ou jeton, pare-feu.",
    ),
    404: ("ne connaît pas cette adresse (réponse 404)", "Vérifiez l'adresse auprès du partenaire."),
    410: ("n'en veut plus (réponse 410)", "Demandez au partenaire s'il veut encore recevoir."),
    429: ("trouve que le pont envoie trop souvent (réponse 429)", "Le pont réessaie plus tard de lui-même."),
}


def not_taken(host: str, status: int, body: bytes, wait: float | None) -> FetchError:
    """Any answer to what was sent that is neither a success nor a redirect."""
    if status in _NOT_TAKEN:
        what, remedy = _NOT_TAKEN[status]
    elif status >= 500:
        what, remedy = f"est en panne (réponse {status})", "Le pont réessaie plus tard de lui-même."
    else:
        what, remedy = f"n'accepte pas l'envoi (réponse {status})", "Vérifiez l'adresse auprès du partenaire."
    return FetchError(f"« {host} » {what}.", remedy, status, body, wait)


_REFUSALS: dict[int, tuple[str, str]] = {
    401: (
        "demande un mot de passe (réponse 401)",
        "Demandez au partenaire d'ouvrir cette adresse à tous, ou une autre adresse publique.",
    ),
    403: (
        "refuse l'accès au pont (réponse 403)",
        "Demandez au partenaire d'autoriser le pont : un pare-feu ou une extension de sécurité le bloque souvent.",
    ),
    404: ("ne connaît pas cette adresse (réponse 404)", "Vérifiez l'adresse : la page ou l'API a pu être déplacée."),
    410: ("a retiré cette adresse pour de bon (réponse 410)", "Demandez au partenaire la nouvelle adresse."),
    429: ("trouve que le pont demande trop souvent (réponse 429)", "Réessayez plus tard, ou espacez les visites."),
    503: ("est en maintenance ou surchargé (réponse 503)", "Réessayez plus tard."),
}


def refusal(host: str, status: int, body: bytes = b"") -> FetchError:
    """Any answer that is neither a success nor a redirect."""
    if status in _REFUSALS:
        what, remedy = _REFUSALS[status]
    elif status >= 500:
        what, remedy = f"est en panne (réponse {status})", "Réessayez plus tard ; si cela dure, prévenez le partenaire."
    else:
        what, remedy = f"n'accepte pas la demande (réponse {status})", "Vérifiez l'adresse auprès du partenaire."
    return FetchError(f"« {host} » {what} : la page demandée était attendue.", remedy, status, body)


# X509_V_ERR_* of OpenSSL.
_CERTIFICATES: dict[int, str] = {
    10: "il est périmé",
    18: "il est signé par le site lui-même",
    19: "il est signé par une autorité inconnue",
    20: "la chaîne d'autorités est incomplète ou inconnue",
    62: "il est fait pour un autre nom",
    64: "il est fait pour une autre adresse",
}


_HANDSHAKES: dict[str, str] = {
    "WRONG_VERSION_NUMBER": " : ce port ne parle pas https",
    "UNSUPPORTED_PROTOCOL": " : le site ne parle qu'une version trop ancienne",
    "TLSV1_ALERT_PROTOCOL_VERSION": " : le site ne parle qu'une version trop ancienne",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": " : aucun chiffrement commun",
    "DH_KEY_TOO_SMALL": " : le chiffrement du site est trop faible",
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": " : le chiffrement du site est trop ancien",
}


def broken_exchange(host: str, error: Exception, seconds: float) -> FetchError:
    """What went wrong between the connection and the last byte, whatever the library wrapped it in."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                what = _CERTIFICATES.get(cause.verify_code, cause.verify_message)
                return FetchError(
                    f"Le certificat de « {host} » n'est pas valable : {what}.",
                    "Le partenaire (ou son hébergeur) doit le renouveler ; en attendant, le pont ne lit pas ce site.",
                )
            case TimeoutError():
                return too_slow(host, seconds)
            case ssl.SSLEOFError() | http.client.RemoteDisconnected():
                break
            case ssl.SSLError():
                return FetchError(
                    f"La connexion chiffrée avec « {host} » n'a pas pu s'établir{_why(cause)}.",
                    "Vérifiez que l'adresse est bien en https et que le site s'ouvre dans un navigateur.",
                )
            case http.client.IncompleteRead():
                return truncated(host)
            case http.client.BadStatusLine():
                return FetchError(
                    f"Ce que répond « {host} » n'est pas du HTTP : un site web était attendu à cette adresse.",
                    "Vérifiez l'adresse et le port (http ou https ?).",
                )
            case http.client.HTTPException():
                return FetchError(
                    f"Les en-têtes de la réponse de « {host} » sont démesurés : ceux d'un site web étaient attendus.",
                    "Vérifiez l'adresse auprès du partenaire.",
                )
    return Passing(
        f"« {host} » a coupé la connexion avant d'avoir répondu.",
        "Réessayez ; si cela dure, un pare-feu du partenaire écarte peut-être le pont.",
    )


def _why(error: ssl.SSLError) -> str:
    """What OpenSSL calls a failure, in plain words where there are any."""
    return _HANDSHAKES.get(error.reason or "", "")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps, outermost first; each once."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            yield cause
            waiting += [getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__]


def size(octets: int) -> str:
    """``64 Mio``, ``512 Kio``: powers of 1024."""
    return f"{octets // _MEBIBYTE} Mio" if octets >= _MEBIBYTE else f"{octets // 1024} Kio"
