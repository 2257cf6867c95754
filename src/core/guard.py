"""Addresses that people type: which of them may be contacted."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

RESOLVE_SECONDS = 3.0
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address inside an IPv6 one


def is_local_address(host: str) -> bool:
    """Is this literally an address that is not of the public internet? Names are not looked up.

    Old spellings of IPv4 (`127.1`, `0x7f000001`, `2130706433`) count as what they stand for.
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.IPv4Address(socket.inet_aton(name))
    except (OSError, UnicodeError):
        try:
            address = ipaddress.IPv6Address(name.partition("%")[0])
        except ValueError:
            return False
        address = address.ipv4_mapped or address.sixtofour or address
        if address in NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return not address.is_global or address.is_multicast


async def public_addresses(urls: Sequence[str], *, allow_local: bool) -> tuple[str, ...]:
    """The URLs whose host resolves to public addresses only; all of them where the owner allows local ones.

    A name that does not resolve now is dropped: nobody knows where it will point later.
    """
    if allow_local:
        return tuple(urls)
    verdicts = await asyncio.gather(*(_public(url) for url in urls))
    return tuple(url for url, good in zip(urls, verdicts, strict=True) if good)


async def _public(url: str) -> bool:
    try:
        host = urlsplit(url).hostname
        if not host:
            return False
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return bool(found) and not any(is_local_address(str(entry[4][0])) for entry in found)
    except (OSError, ValueError, UnicodeError, TimeoutError):
        return False
