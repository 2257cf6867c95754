"""Capabilities are joined by name; what does not say who may use it is not let in."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from src.core.access import Role
from src.core.capability import (
    ActionSpec,
    Capability,
    CommandSpec,
    EffectContext,
    ProposalSpec,
    Registry,
    TurnContext,
    arguments_of,
)
from src.core.errors import UnusableInputError
from src.core.inbound import Attachment, Words
from src.core.proposals import Pressed


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: int
    title: str = ""


async def command(context: TurnContext, rest: str) -> None: ...
async def words(context: TurnContext, content: Words) -> None: ...
async def attachment(context: TurnContext, content: Attachment) -> None: ...
async def press(context: TurnContext, arguments: Arguments, pressed: Pressed) -> None: ...
async def effect(context: EffectContext, arguments: Arguments) -> None: ...


COMMAND = CommandSpec("queue", Role.MEMBER, command)
ACTION = ActionSpec("list", Role.GUEST, Arguments, press)
PROPOSAL = ProposalSpec("download", Role.MEMBER, Arguments, effect, press)


def test_capabilities_are_joined_by_name() -> None:
    registry = Registry.of(
        [
            Capability("media", (COMMAND,), (ACTION,), (PROPOSAL,), words=words, attachment=attachment),
            Capability("general", (CommandSpec("help", Role.GUEST, command),), attachment=attachment),
        ]
    )
    assert registry.commands == {"queue": COMMAND, "help": registry.commands["help"]}
    assert registry.actions == {"list": ACTION}
    assert registry.proposals == {"download": PROPOSAL}
    assert (registry.words, registry.attachments) == ([words], [attachment, attachment])


@pytest.mark.parametrize(
    "double",
    [
        Capability("other", commands=(CommandSpec("queue", Role.GUEST, command),)),
        Capability("other", actions=(ActionSpec("list", Role.GUEST, Arguments, press),)),
        Capability("other", proposals=(ProposalSpec("download", Role.GUEST, Arguments, effect, press),)),
    ],
    ids=["command", "action", "proposal"],
)
def test_two_of_one_name_are_refused(double: Capability) -> None:
    media = Capability("media", (COMMAND,), (ACTION,), (PROPOSAL,))
    with pytest.raises(ValueError, match="two capabilities claim"):
        Registry.of([media, double])


def test_a_command_and_an_action_may_share_a_name() -> None:
    action = ActionSpec("queue", Role.GUEST, Arguments, press)
    registry = Registry.of([Capability("media", commands=(COMMAND,), actions=(action,))])
    assert registry.commands.keys() == registry.actions.keys()


def test_only_one_takes_the_persons_words() -> None:
    with pytest.raises(ValueError, match="words"):
        Registry.of([Capability("media", words=words), Capability("goals", words=words)])


Make = Callable[[Any], Capability]
MAKERS: list[Make] = [
    lambda needs: Capability("x", commands=(CommandSpec("x", needs, command),)),
    lambda needs: Capability("x", actions=(ActionSpec("x", needs, Arguments, press),)),
    lambda needs: Capability("x", proposals=(ProposalSpec("x", needs, Arguments, effect, press),)),
]


@pytest.mark.requirement("AI-003.2")
@pytest.mark.parametrize("make", MAKERS, ids=["command", "action", "proposal"])
@pytest.mark.parametrize("needs", [None, "owner", True])
def test_what_does_not_say_who_may_use_it_cannot_be_registered(make: Make, needs: object) -> None:
    with pytest.raises(TypeError, match="who may use it"):
        Registry.of([make(needs)])


@pytest.mark.requirement("AI-003.2")
@pytest.mark.parametrize(
    "build",
    [
        lambda: CommandSpec(name="x", handler=command),  # type: ignore[call-arg]
        lambda: ActionSpec(name="x", arguments=Arguments, handler=press),  # type: ignore[call-arg]
        lambda: ProposalSpec(name="x", arguments=Arguments, effect=effect, when_expired=press),  # type: ignore[call-arg]
    ],
    ids=["command", "action", "proposal"],
)
def test_who_may_use_it_has_no_default(build: Callable[[], Awaitable[None]]) -> None:
    with pytest.raises(TypeError, match="needs"):
        build()


def test_stored_arguments_come_back_as_their_model() -> None:
    assert arguments_of(Arguments, '{"index": 2}') == Arguments(index=2)


@pytest.mark.parametrize(
    "stored", ["", "{}", '{"index": "two"}', '{"index": 1, "added_later": true}', "[]", "null"]
)
def test_arguments_of_another_version_are_told_as_such(stored: str) -> None:
    with pytest.raises(UnusableInputError, match="another version"):
        arguments_of(Arguments, stored)
