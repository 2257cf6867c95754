"""Owned background tasks."""
