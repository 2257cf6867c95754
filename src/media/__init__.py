"""Which film or show is meant: metadata behind one port, spelling put right, answers kept."""
