"""Media Concierge Bot: finds the film, the right release, and follows it until it can be watched."""
