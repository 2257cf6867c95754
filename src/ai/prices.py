"""What a token costs. The one place; the owner sees money only through it."""

from dataclasses import dataclass

from src.ai.ports import Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens. Above `long_from` prompt tokens the long prices hold."""

    input: float
    output: float
    cache_read: float
    cache_write: float
    long_from: int | None = None
    long_input: float = 0.0
    long_output: float = 0.0


# Vendor's list of November 2026; a cache entry of five minutes costs a quarter more than plain input.
PRICES = {
    "claude-haiku-5-5": Price(0.10, 0.50, 0.01, 0.125, 100_000, 0.50, 2.50),
    "claude-sonnet-5-5": Price(2.0, 10.0, 0.10, 2.5),
    "claude-opus-5-5": Price(4.0, 20.0, 0.20, 5.0),
}
DEAREST = Price(
    10.0, 50.0, 1.0, 12.5
)  # for a model that is not in the list: rather stop early than pay unseen


def price_of(model: str) -> Price:
    """The price of a model by its name or the name it begins with."""
    for name, price in PRICES.items():
        if model.startswith(name):
            return price
    return DEAREST


def cost(model: str, usage: Usage) -> float:
    """US dollars of one answer."""
    price = price_of(model)
    prompt = usage.input + usage.cache_read + usage.cache_write
    long = price.long_from is not None and prompt > price.long_from
    factor = price.long_input / price.input if long else 1.0
    output = price.long_output if long else price.output
    paid = (
        usage.input * price.input
        + usage.cache_read * price.cache_read
        + usage.cache_write * price.cache_write
    )
    return (paid * factor + usage.output * output) / MILLION


def most(model: str, prompt_tokens: int, max_tokens: int) -> float:
    """The most one call can cost, nothing of it cached: what is reserved before it is made."""
    return cost(model, Usage(cache_write=prompt_tokens, output=max_tokens))
