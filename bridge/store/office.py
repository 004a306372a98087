"""``office_*``: what people did. Backed up with the ledger; holds no content of a partner."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from bridge.store.ledger import metadata

CLI = "cli"
"""Who acts at the command line, when nothing more is known."""

journal = Table(
    "office_journal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("who", String, nullable=False),
    Column("act", String, nullable=False),
    Column("about", Text, nullable=False),
    # What it takes to come back (JSON), never a password; who came back and when, empty as long as nobody did.
    Column("before", Text, nullable=False, server_default=""),
    Column("undone", String, nullable=False, server_default=""),
)

# A site that asked to join by itself: the address of its feed and what only it can prove, until a person decides.
pairing = Table(
    "office_pairing",
    metadata,
    Column("id", String, primary_key=True),
    Column("feed", String, nullable=False),
    Column("challenge", String, nullable=False),
    Column("state", String, nullable=False),
    # One sentence: what hinders.
    Column("said", Text, nullable=False, server_default=""),
    Column("source", String, nullable=False, server_default=""),
    # What its plugin says of itself, until there is a source to say it of.
    Column("ping", String, nullable=False, server_default=""),
    Column("version", String, nullable=False, server_default=""),
    Column("at", String, nullable=False),
)

# What a source's plugin says of itself in its feed: where it wants to be told, its version, where one adds to it.
plugin = Table(
    "office_plugin",
    metadata,
    Column("source", String, primary_key=True),
    Column("ping", String, nullable=False),
    Column("version", String, nullable=False),
    Column("add", String, nullable=False, server_default=""),
    Column("at", String, nullable=False),
)
