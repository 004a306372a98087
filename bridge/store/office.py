"""``office_*``: what people did. Backed up with the ledger; holds no content of a partner."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from bridge.store.ledger import metadata

journal = Table(
    "office_journal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("who", String, nullable=False),
    Column("act", String, nullable=False),
    Column("about", Text, nullable=False),
)
