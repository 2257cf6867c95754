"""SIGKILL at any moment: nothing lost, nothing twice, nothing out of order. `python -m tests.crash --kills 150`."""
