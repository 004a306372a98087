"""Partageons vert: a bridge between the databases of organisations that act for biodiversity."""

__version__ = "0.1.0"
