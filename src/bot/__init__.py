"""Telegram: the only package that knows its library, its limits and its manners."""
