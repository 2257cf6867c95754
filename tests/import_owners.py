"""An import-linter contract for what its own kinds cannot say: some modules belong to named owners.

Patterns are those of fnmatch and may match nothing: what does not exist yet is not an error.
"""

from fnmatch import fnmatchcase

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OwnedContract(Contract):
    """Modules matching `owned` are imported by `owners`, and by each other inside one package."""

    type_name = "owned"

    owned = fields.ListField(subfield=fields.StringField())
    owners = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Finds every import of an owned module by a stranger."""
        owned = [module for module in graph.modules if _matches(module, self.owned)]
        strangers = sorted(
            (importer, module)
            for module in owned
            for importer in graph.find_modules_that_directly_import(module)
            if not _matches(importer, self.owners)
            and not (importer in owned and importer.rpartition(".")[0] == module.rpartition(".")[0])
        )
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints each such import on a line."""
        for importer, module in check.metadata["strangers"]:
            output.print_error(f"{importer} imports {module}", bold=False)
        output.new_line()


def _matches(module: str, patterns: object) -> bool:
    assert isinstance(patterns, list)
    return any(fnmatchcase(module, pattern) for pattern in patterns)
