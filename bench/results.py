"""What a benchmark answers, and how it is written down."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its baseline. `spread` is (lowest, highest) over the runs of `value`'s median."""

    name: str
    value: float
    unit: str
    spread: tuple[float, float]
    baseline: float | None
    baseline_name: str
    command: str
    runs: int
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over baseline."""
        return round(self.value / self.baseline, 3) if self.baseline else None

    def line(self) -> str:
        """A row of the table."""
        ratio = "" if self.ratio is None else f"x{self.ratio}"
        against = " " * 23 if self.baseline is None else f"{self.baseline:12,.2f}  {ratio:9}"
        spread = f"{self.spread[0]:,.2f}..{self.spread[1]:,.2f}"
        return f"{self.name:46}{self.value:12,.2f} {self.unit:10}{spread:>24}{against}  {self.baseline_name}"

    def stored(self) -> dict[str, Any]:
        """As it stands in results.json."""
        return asdict(self) | {"ratio": self.ratio, "date": datetime.now(UTC).isoformat(timespec="seconds")}


def figure(
    name: str,
    values: Sequence[float],
    unit: str,
    *,
    baseline: Sequence[float] | None,
    against: str,
    command: str,
    note: str = "",
) -> Figure:
    """The median of `values` beside the median of `baseline`."""
    return Figure(
        name=name,
        value=round(statistics.median(values), 4),
        unit=unit,
        spread=(round(min(values), 4), round(max(values), 4)),
        baseline=round(statistics.median(baseline), 4) if baseline else None,
        baseline_name=against,
        command=command,
        runs=len(values),
        note=note,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def machine() -> dict[str, object]:
    """What it was measured on."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
