"""Loopback stand-ins of metadata services."""

from .catalogue import PEOPLE, TITLES, Made
from .tmdb import TmdbStandIn

__all__ = ["PEOPLE", "TITLES", "Made", "TmdbStandIn"]
