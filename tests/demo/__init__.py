"""The whole journey offline: the real bot against the sandbox, the person's side in the terminal."""
