"""Loopback stand-ins of the services the bot talks to. Nothing here imports the bot."""
