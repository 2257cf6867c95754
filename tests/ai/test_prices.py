"""Money: one table, the same sums as the stand-in's own, and never less than what is paid."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.ai.ports import Usage
from src.ai.prices import DEAREST, PRICES, cost, most, price_of
from tests.sandbox import claude

TOKENS = st.integers(0, 2_000_000)
USAGES = st.builds(Usage, input=TOKENS, cache_write=TOKENS, cache_read=TOKENS, output=TOKENS)


@pytest.mark.requirement("AI-001")
@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        ("claude-sonnet-5-5", Usage(input=1_000_000), 2.0),
        ("claude-sonnet-5-5", Usage(output=1_000_000), 10.0),
        ("claude-sonnet-5-5", Usage(cache_read=1_000_000), 0.10),
        ("claude-sonnet-5-5", Usage(cache_write=1_000_000), 2.5),
        ("claude-opus-5-5", Usage(input=500_000, output=100_000), 4.0),
        ("claude-haiku-5-5", Usage(input=100_000, output=10_000), 0.015),
        ("claude-haiku-5-5", Usage(input=100_001), 0.0500005),
        ("claude-haiku-5-5", Usage(input=50_000, cache_read=50_001, output=1_000), 0.02999505 + 0.00000),
        ("claude-sonnet-5-5-20260928", Usage(input=1_000_000), 2.0),
        ("claude-of-tomorrow", Usage(output=1_000_000), 50.0),
        ("claude-sonnet-5-5", Usage(), 0.0),
    ],
)
def test_what_an_answer_costs(model: str, usage: Usage, dollars: float) -> None:
    assert cost(model, usage) == pytest.approx(dollars, rel=1e-3)


@pytest.mark.parametrize("model", ["claude-sonnet-5-5", "claude-haiku-5-5"])
@given(fresh=TOKENS, created=TOKENS, read=TOKENS, output=TOKENS)
def test_the_stand_in_counts_the_same_money(
    model: str, fresh: int, created: int, read: int, output: int
) -> None:
    theirs = claude.PRICES[model].cost(claude.Usage(fresh, created, read, output))
    ours = cost(model, Usage(fresh, created, read, output))
    assert Decimal(ours) == pytest.approx(theirs, rel=Decimal("1e-9"), abs=Decimal("1e-9"))


@given(usage=USAGES, model=st.sampled_from([*PRICES, "unknown"]))
def test_a_reservation_is_never_less_than_the_price(model: str, usage: Usage) -> None:
    prompt = usage.input + usage.cache_write + usage.cache_read
    assert most(model, prompt, usage.output) >= cost(model, usage) * (1 - 1e-9)


def test_an_unknown_model_is_the_dearest_of_all() -> None:
    assert price_of("a-model-of-tomorrow") is DEAREST
    for price in PRICES.values():
        assert max(price.input, price.long_input) <= DEAREST.input
        assert max(price.output, price.long_output) <= DEAREST.output
        assert (price.cache_read, price.cache_write) <= (DEAREST.cache_read, DEAREST.cache_write)


def test_the_longer_name_is_not_taken_for_the_shorter() -> None:
    for name in PRICES:
        assert price_of(name) is PRICES[name]
    assert price_of("claude-sonnet-5") is DEAREST
