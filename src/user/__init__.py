"""The stored side: every table, and the migrations that make them."""
