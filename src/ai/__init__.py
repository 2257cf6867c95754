"""The conversation: the model's client, its tools' frame, the prompt and voice, and what it is told each turn."""
