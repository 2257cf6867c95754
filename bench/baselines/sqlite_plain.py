"""Durable storing with nothing around it: one INSERT a row, one transaction a batch, WAL with full sync.

`python -m bench.baselines.sqlite_plain FILE --rows 10000 --batch 100` prints rows a second.
"""

import argparse
import json
import sqlite3
import time
from contextlib import closing


def rows_per_second(path: str, rows: int, batch: int, body: bytes) -> float:
    """Store `rows` rows in batches, each batch committed to disk before the next."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS updates (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        started = time.perf_counter()
        for start in range(0, rows, batch):
            connection.execute("BEGIN IMMEDIATE")
            for number in range(start, min(rows, start + batch)):
                connection.execute("INSERT INTO updates (body) VALUES (?)", (body + str(number).encode(),))
            connection.execute("COMMIT")
        return rows / (time.perf_counter() - started)


def main() -> None:
    """Read the arguments and print the figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=100)
    arguments = parser.parse_args()
    body = json.dumps({"update_id": 1, "message": {"text": "x" * 300}}).encode()
    print(f"{rows_per_second(arguments.file, arguments.rows, arguments.batch, body):.0f}")


if __name__ == "__main__":
    main()
