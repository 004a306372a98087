"""The demo network: small partner sites on loopback, invented from end to end, harvested before one's eyes."""
