"""Loopback stand-ins of torrent sources, with scripted faults."""

from .apibay import ApibayStandIn
from .archive import ArchiveStandIn
from .chaos import Fault, StandIn

__all__ = ["ApibayStandIn", "ArchiveStandIn", "Fault", "StandIn"]
