"""What the sandbox offers: made-up bytes under the names of films that belong to everybody."""

from __future__ import annotations

from dataclasses import dataclass

from tests.sandbox.stage import Stage
from tests.sandbox.swarm import SeededTorrent

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """One release: the folder's name, what the source calls it, its size and seeds, and its title at the Archive."""

    folder: str
    name: str
    size: int
    seeds: int
    archive: str | None = None
    year: int = 0


OFFERS = (
    Offer(
        "Night.of.the.Living.Dead.1968.1080p.BDRip.DEMO",
        "Ночь живых мертвецов / Night of the Living Dead (Джордж Ромеро) [1968, США, BDRip 1080p] Dub + Original",
        24 * MB,
        342,
    ),
    Offer(
        "Night.of.the.Living.Dead.1968.720p.WEB-DL.DEMO",
        "Ночь живых мертвецов / Night of the Living Dead (Джордж Ромеро) [1968, США, ужасы, WEB-DL 720p] MVO",
        4 * MB,
        96,
    ),
    Offer(
        "Night.of.the.Living.Dead.1968.2160p.UHD.DEMO",
        "Ночь живых мертвецов / Night of the Living Dead (Джордж Ромеро) [1968, США, UHD BDRemux 2160p] Dub",
        16 * MB,
        41,
    ),
    Offer(
        "night_of_the_living_dead_archive",
        "Night.of.the.Living.Dead.1968.DVDRip.x264",
        2 * MB,
        12,
        archive="Ночь живых мертвецов / Night of the Living Dead (1968)",
        year=1968,
    ),
    Offer(
        "Metropolis.1927.1080p.DEMO",
        "Metropolis.1927.1080p.BluRay.x264",
        5 * MB,
        120,
        "Metropolis (1927)",
        1927,
    ),
    Offer(
        "Nosferatu.1922.1080p.DEMO", "Nosferatu.1922.1080p.BluRay.x264", 5 * MB, 88, "Nosferatu (1922)", 1922
    ),
    Offer(
        "The.General.1926.720p.DEMO",
        "The.General.1926.720p.BluRay.x264",
        3 * MB,
        55,
        "The General (1926)",
        1926,
    ),
    Offer(
        "Big.Buck.Bunny.2008.1080p.DEMO",
        "Big.Buck.Bunny.2008.1080p.WEB-DL",
        4 * MB,
        210,
        "Big Buck Bunny",
        2008,
    ),
)


async def offer_all(stage: Stage) -> dict[str, SeededTorrent]:
    """Seed every offer and list it at the stand-ins; answers what is seeded by infohash."""
    seeded: dict[str, SeededTorrent] = {}
    for offer in OFFERS:
        item = await stage.swarm.seed(offer.folder, {f"{offer.folder}.mkv": offer.size})
        seeded[item.infohash] = item
        stage.apibay.add(offer.name, infohash=item.infohash, size=offer.size, seeders=offer.seeds)
        if offer.archive is not None:
            stage.archive.add(
                offer.folder.lower().replace(".", "_"),
                offer.archive,
                year=offer.year,
                btih=item.infohash,
                torrent=item.torrent,
                size=offer.size,
            )
    return seeded
