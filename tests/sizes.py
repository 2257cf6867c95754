"""The house's sizes, checked: no module of src over 600 lines, no function over 60."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 600
FUNCTION_LINES = 60
SRC = Path(__file__).resolve().parent.parent / "src"


def too_long(path: Path) -> Iterator[str]:
    """One sentence for the module and for every function in it that is over its limit."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > MODULE_LINES:
        yield f"{path}: {lines} lines, at most {MODULE_LINES}"
    for node in ast.walk(ast.parse(text, str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name}: {length} lines, at most {FUNCTION_LINES}"


def main() -> int:
    """Prints what is too long; 1 if anything is."""
    found = [sentence for path in sorted(SRC.rglob("*.py")) for sentence in too_long(path)]
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
