"""Provenance: where a record was harvested, written once at commit.

Standard: http://www.openarchives.org/OAI/2.0/guidelines-provenance.htm
"""

from __future__ import annotations

from bridge.oai.arguments import is_date
from bridge.oai.model import OAI, XSI, xml
from bridge.record import Hop, Record

_NAMESPACE = f"{OAI}provenance"


def about(record: Record, source_url: str, datestamp: str) -> str:
    """The provenance container of a record: our harvest outside, then each node it went through, its home innermost.

    ``harvestDate`` is the ledger's datestamp, so that nothing moves by itself. A bridge converts: always altered.
    """
    local = record.id.partition(":")[2]
    home = record.origin.id if record.origin and not record.path else local
    hops = [Hop(source_url, home, record.modified or record.created or datestamp, altered=True), *record.path]
    opened = "".join(_origin(hop, datestamp) for hop in hops)
    return (
        f'<provenance xmlns="{_NAMESPACE}" {XSI} xsi:schemaLocation="{_NAMESPACE} {_NAMESPACE}.xsd">'
        f"{opened}{'</originDescription>' * len(hops)}</provenance>"
    )


def _origin(hop: Hop, datestamp: str) -> str:
    """An originDescription, left open for the next hop."""
    return (
        f'<originDescription harvestDate="{datestamp}" altered="{"true" if hop.altered else "false"}">'
        f"<baseURL>{xml(hop.node)}</baseURL><identifier>{xml(hop.id)}</identifier>"
        f"<datestamp>{hop.datestamp if is_date(hop.datestamp) else datestamp}</datestamp>"
        f"<metadataNamespace>{xml(hop.namespace)}</metadataNamespace>"
    )
