from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backends.base import Ability, Message, ModelInfo, Request, Text, collect
from bot.backends.router import Router
from bot.backends.scripted import ScriptedBackend
from bot.errors import (
    BackendError,
    BadKey,
    DeadlinePassed,
    ModelRateLimited,
    ModelUnavailable,
    ModelUnknown,
    NetworkForbidden,
    PromptTooLong,
    ProviderRefused,
    RengaError,
)

LOCAL = Ability.CHAT | Ability.LOCAL

pytestmark = pytest.mark.usefixtures("jumping_clock")


def ask(model: str = "", *, local_only: bool = False, deadline: float = 30.0) -> Request:
    return Request(messages=(Message("user", "snow"),), model=model, local_only=local_only, deadline=deadline)


def house() -> ScriptedBackend:
    return ScriptedBackend("local", abilities=LOCAL, models=["house"])


def cloud(name: str = "openai", *models: str) -> ScriptedBackend:
    return ScriptedBackend(name, abilities=Ability.CHAT, models=models or ("gpt", "org/base"))


async def test_the_default_answers_and_is_named() -> None:
    local = house().say("Snow")
    done = (await collect(Router([local, cloud()]).generate(ask()))).done
    assert done.model.name == "local/house"
    assert local.requests[0].model == "house"


@pytest.mark.parametrize(
    ("model", "provider", "id"),
    [
        ("openai/gpt", "openai", "gpt"),
        ("openai/unlisted", "openai", "unlisted"),
        ("gpt", "openai", "gpt"),
        ("house", "local", "house"),
        ("org/base", "openai", "org/base"),
        ("openai/org/base", "openai", "org/base"),
    ],
)
async def test_names_of_models(model: str, provider: str, id: str) -> None:
    done = (await collect(Router([house(), cloud()]).generate(ask(model)))).done
    assert (done.model.provider, done.model.id) == (provider, id)


@pytest.mark.parametrize("model", ["nothing", "nobody/nothing", "/", "gpt2"])
async def test_unknown_models(model: str) -> None:
    router = Router([house(), cloud()], fallback=["local/house"])
    with pytest.raises(ModelUnknown):
        await collect(router.generate(ask(model)))
    with pytest.raises(ModelUnknown):
        await router.info(model)


FALLS = [
    ModelUnavailable(model="m"),
    ModelRateLimited(model="m", retry_after=3),
    DeadlinePassed(model="m", seconds=1),
]
STAYS = [
    BadKey(model="m"),
    ProviderRefused(model="m"),
    PromptTooLong(model="m", limit=9),
    ModelUnknown(model="m"),
    BackendError(model="m"),
]


@pytest.mark.parametrize("error", FALLS, ids=lambda error: type(error).__name__)
async def test_falls_back_and_names_who_answered(error: RengaError) -> None:
    first, second, third = cloud("one"), cloud("two"), house().say("Snow")
    first.fail(error)
    second.fail(error)
    router = Router([first, second, third], default="one/gpt", fallback=["two/gpt", "local/house"])
    result = await collect(router.generate(ask()))
    assert (result.text, result.done.model.name) == ("Snow", "local/house")
    assert len(first.requests) == len(second.requests) == 1


@pytest.mark.parametrize("error", STAYS, ids=lambda error: type(error).__name__)
async def test_never_hides_a_refusal_or_a_bad_key(error: RengaError) -> None:
    first, second = cloud().fail(error), house()
    router = Router([first, second], default="openai/gpt", fallback=["local/house"])
    with pytest.raises(type(error)) as caught:
        await collect(router.generate(ask()))
    assert caught.value is error
    assert second.requests == []


async def test_never_falls_back_once_text_was_given_out() -> None:
    first, second = cloud().fail(ModelUnavailable(model="m"), "Snow"), house()
    router = Router([first, second], default="openai/gpt", fallback=["local/house"])
    text: list[str] = []
    with pytest.raises(ModelUnavailable):
        async for chunk in router.generate(ask()):
            assert isinstance(chunk, Text)
            text.append(chunk.text)
    assert text == ["Snow"]
    assert second.requests == []


async def test_the_last_error_is_told_when_all_fail() -> None:
    first, second = cloud().fail(FALLS[0]), house().fail(FALLS[1])
    router = Router([first, second], default="openai/gpt", fallback=["local/house"])
    with pytest.raises(ModelRateLimited):
        await collect(router.generate(ask()))


async def test_a_model_that_hangs_leaves_time_for_the_next() -> None:
    first, second = cloud().hang(), house().say("Snow")
    router = Router([first, second], default="openai/gpt", fallback=["local/house"])
    result = await collect(router.generate(ask(deadline=2)))
    assert result.done.model.name == "local/house"
    assert first.open == 0


async def test_a_slow_writer_that_has_begun_is_not_cut_at_its_share() -> None:
    first, second = cloud().act("Snow", 0.5, " falls"), house()
    router = Router([first, second], default="openai/gpt", fallback=["local/house"])
    assert (await collect(router.generate(ask(deadline=0.9)))).text == "Snow falls"


async def test_deadline_over_the_whole_chain() -> None:
    first, second = cloud().hang(), house().hang()
    router = Router([first, second], default="openai/gpt", fallback=["local/house"])
    with pytest.raises(DeadlinePassed):
        await collect(router.generate(ask(deadline=0.2)))
    assert first.open == second.open == 0


async def test_a_fallback_that_does_not_exist_is_passed_over() -> None:
    first, second = cloud().fail(FALLS[0]), house().say("Snow")
    router = Router([first, second], default="openai/gpt", fallback=["nobody/x", "house"])
    assert (await collect(router.generate(ask()))).text == "Snow"


async def test_local_only_goes_to_the_local_model_of_the_chain() -> None:
    network, local = cloud(), house().say("Snow")
    router = Router([network, local], default="openai/gpt", fallback=["local/house"])
    assert (await collect(router.generate(ask(local_only=True)))).done.model.name == "local/house"
    assert network.requests == []


async def test_local_only_stays_when_the_local_model_fails() -> None:
    network, local = cloud(), house().fail(FALLS[0])
    router = Router([network, local], default="local/house", fallback=["openai/gpt"])
    with pytest.raises(ModelUnavailable):
        await collect(router.generate(ask(local_only=True)))
    with pytest.raises(NetworkForbidden):
        await collect(router.generate(ask("gpt", local_only=True)))
    assert network.requests == []


async def test_local_only_trusts_no_model_that_is_not_listed() -> None:
    local = house()
    router = Router([local])
    with pytest.raises(NetworkForbidden):
        await collect(router.generate(ask("local/unlisted", local_only=True)))
    local.down = ModelUnavailable(model="local")
    with pytest.raises(NetworkForbidden):
        await collect(router.generate(ask(local_only=True)))
    assert local.requests == []


NAMES = ["a", "b", "c"]
REFS = [f"{name}/{id}" for name in NAMES for id in ("x", "y", "unlisted")] + ["x", "y"]


class Mixed(ScriptedBackend):
    """Some of its models are local, others not."""

    def __init__(self, name: str, local: dict[str, bool]) -> None:
        super().__init__(name)
        self.local = local
        self._infos = [ModelInfo(id, LOCAL if here else Ability.CHAT) for id, here in local.items()]


@given(
    local=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=3, max_size=3),
    down=st.lists(st.booleans(), min_size=3, max_size=3),
    errors=st.lists(st.sampled_from([None, *FALLS, *STAYS]), min_size=3, max_size=3),
    default=st.sampled_from(REFS),
    fallback=st.lists(st.sampled_from(REFS), max_size=4),
    wanted=st.sampled_from(["", *REFS]),
    local_only=st.booleans(),
)
def test_nothing_local_only_reaches_a_model_that_is_not_local(
    local: list[tuple[bool, bool]],
    down: list[bool],
    errors: list[RengaError | None],
    default: str,
    fallback: list[str],
    wanted: str,
    local_only: bool,
) -> None:
    backends = [Mixed(name, {"x": x, "y": y}) for name, (x, y) in zip(NAMES, local, strict=True)]
    for backend, fails, error in zip(backends, down, errors, strict=True):
        backend.down = ModelUnavailable(model=backend.name) if fails else None
        if error is not None:
            backend.fail(error)
    router = Router(backends, default=default, fallback=fallback)

    async def run() -> None:
        try:
            result = await collect(router.generate(ask(wanted, local_only=local_only)))
        except BackendError:
            return
        last = next(b for b in backends if b.name == result.done.model.provider).requests[-1]
        assert last.model == result.done.model.id

    asyncio.run(run())
    for backend in backends:
        for request in backend.requests:
            assert not request.local_only or (backend.local.get(request.model) and backend.down is None)
            assert request.local_only == local_only


async def test_lists_everything_that_answers() -> None:
    network, slow, local = cloud(), Slow("slow"), house()
    router = Router([network, slow, local], patience=0.05)
    assert [info.id for info in await router.models()] == ["openai/gpt", "openai/org/base", "local/house"]
    assert router.down == ("slow",)
    network.down = ModelUnavailable(model="openai")
    assert [info.id for info in await router.models()] == ["local/house"]
    assert router.down == ("openai", "slow")


class Slow(ScriptedBackend):
    """Never lists its models."""

    async def models(self) -> list[ModelInfo]:
        await asyncio.Event().wait()
        raise AssertionError


async def test_info() -> None:
    router = Router([house(), cloud()])
    assert (await router.info()).id == "local/house"
    assert Ability.LOCAL in (await router.info("house")).abilities
    assert (await router.info("gpt")).id == "openai/gpt"


async def test_closes_everything_even_when_one_fails() -> None:
    class Broken(ScriptedBackend):
        async def aclose(self) -> None:
            raise OSError("no")

    local = house()
    await Router([Broken("b"), local]).aclose()
    assert local.closed


def test_two_of_one_name() -> None:
    with pytest.raises(ValueError, match="same name"):
        Router([house(), house()])
