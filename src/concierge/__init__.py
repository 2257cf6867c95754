"""The media capability: from a typed line to a file on the disk."""
