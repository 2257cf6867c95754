"""Flows of talking: the real process, Telegram's, Claude's and TMDB's stand-ins, real bytes in a real swarm."""
