"""The core of the conversation, in process: pure parts, the client against its stand-in, the durable loop."""
