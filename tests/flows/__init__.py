"""The journeys of mission.md through the front door: the real bot process, stand-ins on loopback, a real swarm."""
