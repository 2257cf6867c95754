"""The voice as rules. Rules catch what the voice must never do; they cannot prove that a line is witty."""
