"""Release names a second, and ranking a long list."""

import time
from collections.abc import Callable, Sequence

from bench.baselines.ten_regexes import read_names
from bench.results import Figure, figure
from src.search.models import Release, Wish
from src.search.ranking import rank
from src.search.release import parse_release

COMMAND = "python -m bench --only parsing"
TEMPLATES = (
    "Night.of.the.Living.Dead.{year}.1080p.BluRay.x264-SANDBOX",
    "Night of the Living Dead {year} 2160p UHD BluRay REMUX HDR10 HEVC TrueHD 7.1-PUBLIC",
    "Ночь живых мертвецов / Night of the Living Dead [{year}, США, BDRip 720p] Dub + MVO + Original Eng + Sub Rus",
    "Metropolis.{year}.Restored.720p.WEB-DL.AAC2.0.H.264-ARCHIVE",
    "Метрополис / Metropolis (Фриц Ланг) [{year}, Германия, фантастика, DVDRip-AVC] VO + Sub (Rus, Eng)",
    "Nosferatu.{year}.PROPER.576p.DVDRip.XviD.AC3-OLD",
    "The.General.{year}.1080p.WEBRip.DDP5.1.x265.10bit-SILENT",
    "Space.Patrol.{year}.S01E{episode:02}.480p.HDTV.x264-AIR",
    "Space Patrol / Сезон: 2 / Серии: 1-{episode} из 24 [{year}, США, WEB-DL 1080p] MVO (LostFilm) + Original",
    "Sita Sings the Blues ({year}) [1080p] [BluRay] [5.1]",
)


def names(count: int) -> list[str]:
    """That many different names, half of them as scene groups write, half as Russian trackers do."""
    return [
        TEMPLATES[n % len(TEMPLATES)].format(year=1920 + n // len(TEMPLATES) % 100, episode=n % 24 + 1)
        for n in range(count)
    ]


def releases(count: int) -> list[Release]:
    """That many offers of one film in all qualities and sizes."""
    quality = (
        "2160p UHD BluRay x265",
        "1080p BluRay x264",
        "1080p WEB-DL H264",
        "720p BDRip x264",
        "DVDRip XviD",
    )
    made = []
    for n in range(count):
        name = f"Night of the Living Dead 1968 {quality[n % 5]}-GROUP{n}"
        size = (8 - n % 5) * 1_000_000_000 + n * 1_000_003
        made.append(
            Release(
                tracker="bench",
                id=str(n),
                name=name,
                parsed=parse_release(name),
                infohash=f"{n:040x}",
                magnet=f"magnet:?xt=urn:btih:{n:040x}",
                size_bytes=size,
                seeds=n * 7 % 300,
            )
        )
    return made


def _rates(work: Callable[[], object], count: int, runs: int) -> list[float]:
    work()
    rates = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        rates.append(count / (time.perf_counter() - started))
    return rates


def _plain_sort(found: Sequence[Release]) -> list[Release]:
    return sorted(
        found, key=lambda release: (release.parsed.resolution or "", release.seeds or 0), reverse=True
    )


def run(*, count: int = 2_000, listed: int = 500, runs: int = 5) -> list[Figure]:
    """Both figures."""
    batch, found = names(count), releases(listed)
    wish = Wish(title="Night of the Living Dead", year=1968, resolution="1080p", language="ru")
    ranked = [1000 * listed / rate for rate in _rates(lambda: rank(wish, found), listed, runs)]
    sorts = [1000 * listed / rate for rate in _rates(lambda: _plain_sort(found), listed, runs)]
    return [
        figure(
            "release names parsed",
            _rates(lambda: [parse_release(name) for name in batch], count, runs),
            "names/s",
            baseline=_rates(lambda: read_names(batch), count, runs),
            against="ten compiled regexes",
            command=COMMAND,
            note="the baseline is the least such reading can cost, not a parser",
        ),
        figure(
            f"rank() of {listed} releases",
            ranked,
            "ms",
            baseline=sorts,
            against="sorted() by resolution, seeds",
            command=COMMAND,
            note="ours also refuses, picks three and writes the reasons",
        ),
    ]
