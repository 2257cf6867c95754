"""The media capability's tools: what a model may do, each method a tool by its signature and docstring."""
