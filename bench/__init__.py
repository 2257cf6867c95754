"""The benchmarks: `python -m bench`. Each figure stands beside a baseline taken in the same minute."""
