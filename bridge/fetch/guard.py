"""Where the bridge may connect: public addresses only, every address of a name looked at, the one looked at used.

Addresses of the other person's choosing (a partner's URL, a redirect, a link in an answer) must not reach the machines
beside the bridge (server-side request forgery). The check is made on the resolved addresses, at connection time, and
the socket goes to the very address that was checked: a name that answers differently a moment later changes nothing.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from bridge.fetch import trouble

Resolver = Callable[[str, int], Sequence[str]]
"""(name, port) -> its IP addresses as text; raises ``socket.gaierror``."""

# IANA special-purpose registries, and addresses where clouds answer with the machine's own secrets.
_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "adresse non spécifiée"),
        ("10.0.0.0/8", "réseau privé"),
        ("100.64.0.0/10", "réseau interne d'un opérateur"),
        ("127.0.0.0/8", "machine du pont"),
        ("169.254.0.0/16", "lien local, métadonnées d'hébergeur"),
        ("168.63.129.16/32", "métadonnées d'hébergeur"),
        ("172.16.0.0/12", "réseau privé"),
        ("192.0.0.0/24", "adresse réservée"),
        ("192.0.2.0/24", "adresse de documentation"),
        ("192.88.99.0/24", "relais 6to4"),
        ("192.168.0.0/16", "réseau privé"),
        ("198.18.0.0/15", "banc d'essai"),
        ("198.51.100.0/24", "adresse de documentation"),
        ("203.0.113.0/24", "adresse de documentation"),
        ("224.0.0.0/4", "multidiffusion"),
        ("240.0.0.0/4", "adresse réservée"),
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("2001::/23", "adresse réservée"),
        ("2001:db8::/32", "adresse de documentation"),
        ("3fff::/20", "adresse de documentation"),
    )
)
# Networks that only wrap an IPv4 address: (network, how to get the wrapped ones out).
_WRAPPED: tuple[tuple[IPv6Network, Callable[[int], tuple[int, ...]]], ...] = (
    (IPv6Network("::ffff:0:0/96"), lambda bits: (bits & 0xFFFFFFFF,)),
    (IPv6Network("64:ff9b::/96"), lambda bits: (bits & 0xFFFFFFFF,)),
    (IPv6Network("2002::/16"), lambda bits: (bits >> 80 & 0xFFFFFFFF,)),
    (IPv6Network("2001::/32"), lambda bits: (bits >> 64 & 0xFFFFFFFF, ~bits & 0xFFFFFFFF)),
)

# Below 1024 only the web's own. Above, sites and prototypes do live on odd ports; left out are those where browsers
# refuse to go (WHATWG Fetch, "bad port") and those of databases and machine control.
_WEB_PORTS = frozenset({80, 443})
_CLOSED_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
    | {1433, 1521, 2181, 2375, 2376, 2379, 3306, 3389, 5432, 5672, 5900, 6379, 10250, 11211, 27017}
)


def why_not(address: str) -> str:
    """Why this IP address is not public, in French; empty when it is."""
    ip = ip_address(address.partition("%")[0])
    return _why_not_v4(ip) if isinstance(ip, IPv4Address) else _why_not_v6(ip)


def _why_not_v4(ip: IPv4Address) -> str:
    return next((what for network, what in _V4 if ip in network), "")


def _why_not_v6(ip: IPv6Address) -> str:
    for network, unwrap in _WRAPPED:
        if ip in network:
            return next(filter(None, (_why_not_v4(IPv4Address(bits)) for bits in unwrap(int(ip)))), "")
    if ip not in _PUBLIC_V6:
        return "machine du pont" if ip.is_loopback else "adresse IPv6 qui n'est pas publique"
    return next((what for network, what in _V6 if ip in network), "")


def system_resolver(name: str, port: int) -> list[str]:
    """What the machine's own resolver says, in its order of preference."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class BudgetSocket(socket.socket):
    """A connection whose time-out is a budget: it covers all that passes until it is set again, however slowly.

    ``sendall`` of a plain socket is a budget by itself; that of an encrypted one is made of many ``send``.
    """

    _deadline = float("inf")

    def settimeout(self, value: float | None) -> None:
        self._deadline = float("inf") if value is None else time.monotonic() + value
        super().settimeout(value)

    def recv_into(self, buffer: Any, *rest: Any, **more: Any) -> int:
        self._spend()
        return super().recv_into(buffer, *rest, **more)

    def send(self, data: Any, *flags: Any) -> int:
        self._spend()
        return super().send(data, *flags)

    def _spend(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        if left != float("inf"):
            super().settimeout(left)


class BudgetSSLSocket(BudgetSocket, ssl.SSLSocket):
    """The same, encrypted."""


class Guard:
    """Says where to connect, and connects.

    Args:
        allow_hosts: ``host`` or ``host:port`` (``[v6]:port``) that the operator answers for: never refused.
        resolve: the resolver; the machine's own unless a test says otherwise.
    """

    def __init__(self, allow_hosts: Collection[str] = (), resolve: Resolver = system_resolver) -> None:
        self._listed = frozenset(host.strip().lower().rstrip(".") for host in allow_hosts)
        self._resolve = resolve

    def lists(self, host: str, port: int) -> bool:
        """Whether the operator listed this host."""
        host = host.lower().strip("[]").rstrip(".")
        bracketed = f"[{host}]" if ":" in host else host
        return not self._listed.isdisjoint((host, bracketed, f"{bracketed}:{port}"))

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """All addresses of a name, every one of them public (or the host is listed).

        Raises:
            FetchError: the name is unknown, one of its addresses is not public, or no web site lives on that port.
        """
        listed = self.lists(host, port)
        if not listed and (port < 1024 and port not in _WEB_PORTS or port in _CLOSED_PORTS):
            raise trouble.forbidden_port(host, port)
        try:
            found = self._resolve(host, port)
        except socket.gaierror as error:
            again = error.errno == socket.EAI_AGAIN
            raise (trouble.name_server_silent(host) if again else trouble.unknown_name(host)) from error
        except UnicodeError as error:
            raise trouble.unknown_name(host) from error
        if not found:
            raise trouble.unknown_name(host)
        if not listed:
            for address in found:
                if what := why_not(address):
                    raise trouble.forbidden_address(host, address, what)
        return found

    def connect(self, host: str, port: int, seconds: float) -> socket.socket:
        """A connection to the first address that accepts, within ``seconds`` in all.

        Raises:
            FetchError: see ``addresses``; or nothing answered.
        """
        failure: OSError = TimeoutError()
        deadline = time.monotonic() + seconds
        for address in self.addresses(host, port):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            connection = BudgetSocket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            try:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(left)
                connection.connect((address, port))
            except OSError as error:
                connection.close()
                failure = error
                continue
            return connection
        raise trouble.no_connection(host, failure) from failure
