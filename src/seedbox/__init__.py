"""Download back ends behind one port."""
