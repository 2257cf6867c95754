"""The spine: durable inbox and outbox, lanes, proposals, access. It carries no word of films."""
