"""``partageons``: the command line. Errors are one plain sentence on standard error; the exit code then is 1."""

from __future__ import annotations

from bridge.cli import accounts, deliveries, keys, operating, partners, records, service, setup
from bridge.cli.base import main

__all__ = ["accounts", "deliveries", "keys", "main", "operating", "partners", "records", "service", "setup"]
