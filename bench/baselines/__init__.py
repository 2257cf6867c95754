"""The fixed scripts that the benchmarks are compared with. They know nothing of src."""
