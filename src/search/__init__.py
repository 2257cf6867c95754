"""Finding releases: trackers behind one port, release names understood, ranking explained."""
