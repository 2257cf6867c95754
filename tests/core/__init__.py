"""The spine and its storage: one suite on SQLite and on PostgreSQL."""
