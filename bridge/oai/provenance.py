"""What is said about a record beside its metadata, written once at commit: where it was harvested, under what licence.

Standards: http://www.openarchives.org/OAI/2.0/guidelines-provenance.htm and guidelines-rights.htm
"""

from __future__ import annotations

from bridge.meaning.marks import same_site
from bridge.oai.arguments import is_date
from bridge.oai.model import OAI, XSI, xml
from bridge.record import NOASSERTION, Hop, Record

_PROVENANCE = f"{OAI}provenance"
_RIGHTS = f"{OAI}rights/"


def about(record: Record, source_url: str, datestamp: str, licence: tuple[str, str]) -> str:
    """The ``about`` elements of a record: its provenance, then its rights when they are known.

    Args:
        datestamp: the ledger's, so that nothing moves by itself.
        licence: its label and its address, if it has one.
    """
    rights = "" if record.licence == NOASSERTION else f"<about>{_rights(*licence)}</about>"
    return f"<about>{_provenance(record, source_url, datestamp)}</about>{rights}"


def _provenance(record: Record, source_url: str, datestamp: str) -> str:
    """Our harvest outside, then each node it went through, its home innermost. A bridge converts: always altered."""
    hops, local = list(record.path), record.id.partition(":")[2]
    told = hops and same_site(hops[0].node, source_url) and (hops[0].node != source_url or hops[0].id == local)
    if not told:
        home = record.origin.id if record.origin and not hops else local
        hops.insert(0, Hop(source_url, home, record.modified or record.created or datestamp, altered=True))
    opened = "".join(_origin(hop, datestamp) for hop in hops)
    return (
        f'<provenance xmlns="{_PROVENANCE}" {XSI} xsi:schemaLocation="{_PROVENANCE} {_PROVENANCE}.xsd">'
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


def _rights(label: str, address: str) -> str:
    said = (
        f'<rightsReference ref="{xml(address)}"/>'
        if address
        else f'<rightsDefinition><dc:rights xmlns:dc="http://purl.org/dc/elements/1.1/">{xml(label)}</dc:rights>'
        "</rightsDefinition>"
    )
    return f'<rights xmlns="{_RIGHTS}" {XSI} xsi:schemaLocation="{_RIGHTS} {OAI}rights.xsd">{said}</rights>'
