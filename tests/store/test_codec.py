"""Every event and command there is, made up by its type hints, goes to text and back."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.engine import kernel
from lstwallet.engine.lending_facts import PositionLiquidated, Supplied
from lstwallet.engine.prices import PricesMoved
from lstwallet.engine.wallet import Funded
from lstwallet.engine.world import World
from lstwallet.protocols.lending import Position
from lstwallet.store import codec
from lstwallet.store.errors import BadText

INTEGERS = st.one_of(
    st.integers(-(2**256), 2**256), st.sampled_from([0, 1, -1, 2**63 - 1, 2**63, 10**19])
)
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(["you", "all", '"', "\\", "\n", "ö", "💧"]))
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    int: INTEGERS,
    str: TEXTS,
    bool: st.booleans(),
    type(None): st.none(),
}


@cache
def any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type, whatever they mean."""
    if hint in SCALARS:
        return SCALARS[hint]
    if hint is Any:  # a call inside of a transaction
        return st.sampled_from(SINGLE).flatmap(_command)
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (Union, types.UnionType):
        return st.one_of([any_of(option) for option in args])
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return st.lists(any_of(args[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(any_of(part) for part in args))
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(any_of(args[0]), any_of(args[1]), max_size=3)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    return record_of(hint)


@cache  # to make and to check a strategy takes longer than to draw from it
def record_of(kind: type) -> st.SearchStrategy[Any]:
    """Instances of a NamedTuple class."""
    hints = codec.hints_of(kind)
    return st.tuples(*(any_of(hints[name]) for name in kind._fields)).map(  # type: ignore[attr-defined]
        lambda fields: kind(*fields)
    )


EVENTS = sorted(set(kernel.EVENTS) - {"Born"})
COMMANDS = sorted(set(kernel.COMMANDS) - {"Batch"})
SINGLE = sorted(set(COMMANDS) - {"Transaction"})
WORLDS = st.deferred(lambda: record_of(World))


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=25)
@given(data=st.data())
def test_every_event_comes_back_the_same(name: str, data: st.DataObject) -> None:
    event = data.draw(record_of(kernel.EVENTS[name]))
    text = codec.encode_event(event)
    back = codec.decode_event(text)
    assert back == event
    assert type(back) is type(event)
    assert "\n" not in text
    assert codec.encode_event(back) == text


@pytest.mark.parametrize("name", COMMANDS)
@settings(max_examples=25)
@given(data=st.data())
def test_every_command_comes_back_the_same(name: str, data: st.DataObject) -> None:
    command = data.draw(record_of(kernel.COMMANDS[name]))
    assert codec.decode_command(codec.encode_command(command)) == command


@settings(max_examples=50)
@given(
    st.recursive(
        st.deferred(lambda: st.sampled_from(COMMANDS).flatmap(_command)),
        lambda inner: st.lists(inner, max_size=3).map(lambda many: kernel.Batch(tuple(many))),
        max_leaves=4,
    )
)
def test_batches_of_batches_come_back_the_same(command: kernel.Command) -> None:
    back = codec.decode_command(codec.encode_command(command))
    assert back == command
    assert type(back) is type(command)


def _command(name: str) -> st.SearchStrategy[Any]:
    return record_of(kernel.COMMANDS[name])


@settings(max_examples=40)
@given(WORLDS)
def test_worlds_come_back_the_same_down_to_the_order_of_their_maps(world: World) -> None:
    back = codec.decode_world(codec.encode_world(world))
    assert back == world
    assert list(back.balances.items()) == list(world.balances.items())
    born = kernel.Born(5, world)
    assert codec.decode_event(codec.encode_event(born)) == born


@pytest.mark.slow
@settings(max_examples=40)
@given(WORLDS)
def test_the_world_hash_does_not_depend_on_the_order_of_maps(world: World) -> None:
    turned = world._replace(
        balances=dict(reversed(world.balances.items())),
        positions=dict(reversed(world.positions.items())),
    )
    assert codec.world_hash(turned) == codec.world_hash(world)
    other = world._replace(time=world.time + 1)
    assert codec.world_hash(other) != codec.world_hash(world)


def test_every_nested_record_is_its_own_class_again() -> None:
    entry = (("supply:ETH", "ETH", -5), ("you", "ETH", 5))
    event = codec.decode_event(codec.encode_event(Funded(1, "you", "ETH", 5, entry)))
    assert [type(posting) for posting in event.entry] == [tuple, tuple]


def test_integers_are_plain_digits_of_any_length() -> None:
    text = codec.encode_event(PricesMoved(1, 10**30, 2**63))
    assert text == f'["PricesMoved",1,{10**30},{2**63},0]'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "null",
        "{}",
        "[]",
        "[1]",
        '["Nothing",1]',
        '["PricesMoved",1,2]',
        '["PricesMoved",1,2,3,4,5]',
        '["PricesMoved",1,2.0,3]',
        '["PricesMoved",1,"2",3]',
        '["PricesMoved",1,true,3]',
        '["PricesMoved",1,null,3]',
        '["PricesMoved",1,NaN,3]',
        '["PricesMoved",1,Infinity,3]',
        '["PricesMoved",1,1e3,3]',
        '["PricesMoved",1,2,3] ["PricesMoved",1,2,3]',
        '["Funded",1,"you","ETH",5,[["you","ETH"]]]',
        '["Funded",1,"you","ETH",5,[["you","ETH","5"]]]',
        '["Funded",1,"you","ETH",5,"entry"]',
        '["Funded",1,5,"ETH",5,[]]',
        '[["PricesMoved"],1,2,3]',
        "[" * 100_000,
        '["PricesMoved",1,' + "9" * 5_000 + ",3]",
    ],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(BadText):
        codec.decode_event(text)


@given(st.text(max_size=80))
def test_no_text_does_worse_than_bad_text(text: str) -> None:
    with pytest.raises(BadText):
        codec.decode_event(text)


@pytest.mark.parametrize("name", ["Fund", "Batch"])
def test_an_event_is_not_a_command_and_a_command_not_an_event(name: str) -> None:
    with pytest.raises(BadText):
        codec.decode_event(f'["{name}","you","ETH",5]')
    with pytest.raises(BadText):
        codec.decode_command('["PricesMoved",1,2,3]')


def test_a_key_that_stands_twice_is_refused() -> None:
    reader = codec.reader_of(Mapping[int, int])
    assert reader([[1, 2], [2, 3]]) == {1: 2, 2: 3}
    for bad in ([[1, 2], [1, 3]], [[1]], [1], {}, "x"):
        with pytest.raises(BadText):
            reader(bad)


def test_the_chain_is_over_events_and_not_over_rows() -> None:
    events = [PricesMoved(at, at + 1, at + 2) for at in range(10)]
    lines, end = codec.encode_linked(events, codec.NO_HISTORY)
    assert len(lines) == len(events)
    first, middle = codec.encode_linked(events[:3], codec.NO_HISTORY)
    rest, last = codec.encode_linked(events[3:], middle)
    assert (first + rest, last) == (lines, end)
    chain = codec.NO_HISTORY
    for line in lines:
        chain = codec.link(chain, line)
    assert chain == end
    changed = [*events[:4], PricesMoved(4, 5, 7), *events[5:]]
    assert codec.encode_linked(changed, codec.NO_HISTORY)[1] != end
    swapped = [*events[:4], events[5], events[4], *events[6:]]
    assert codec.encode_linked(swapped, codec.NO_HISTORY)[1] != end


class Grown(NamedTuple):
    """A record that got two fields later."""

    first: int
    second: tuple[int, ...]
    third: str = "none"
    fourth: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("[1,[2]]", Grown(1, (2,))),
        ('[1,[2],"a"]', Grown(1, (2,), "a")),
        ('[1,[2],"a",[3]]', Grown(1, (2,), "a", (3,))),
    ],
)
def test_what_an_earlier_program_did_not_know_has_its_default(text: str, record: Grown) -> None:
    assert codec.reader_of(Grown)(codec.loads(text)) == record


@pytest.mark.parametrize("text", ["[1]", "[1,2]", '[1,[2],3]', '[1,[2],"a",[3],4]', "1"])
def test_all_else_must_fit(text: str) -> None:
    with pytest.raises(BadText):
        codec.reader_of(Grown)(codec.loads(text))


@settings(max_examples=25)
@given(world=WORLDS)
def test_defaults_at_the_end_of_a_world_are_not_written(world: World) -> None:
    names = World._field_defaults
    plain = world._replace(**names)
    assert len(codec.loads(codec.encode_world(plain))) == len(World._fields) - len(names)
    assert codec.decode_world(codec.encode_world(plain)) == plain
    assert codec.decode_world(codec.encode_world(world)) == world


PLAIN = Position((1, 0), (0, 2), (True, False), 0)
FLAGGED = PLAIN._replace(flagged=(1,))


@pytest.mark.parametrize(
    ("position", "text"),
    [(PLAIN, "[[1,0],[0,2],[true,false],0]"), (FLAGGED, "[[1,0],[0,2],[true,false],0,[1]]")],
)
@settings(max_examples=1)
@given(data=st.data())
def test_a_short_record_is_written_without_its_defaults_wherever_it_stands(
    position: Position, text: str, data: st.DataObject
) -> None:
    """In a map of the World, as a field, and as one that may be absent."""
    world = data.draw(WORLDS)._replace(positions={"you": position})
    assert f'[["you",{text}]]' in codec.encode_world(world)
    assert codec.decode_world(codec.encode_world(world)) == world
    supplied = data.draw(record_of(Supplied))._replace(position=position)
    liquidated = data.draw(record_of(PositionLiquidated))._replace(
        position=position, liquidator_position=position
    )
    for event, times in ((supplied, 1), (liquidated, 2)):
        line = codec.encode_event(event)
        assert line.count(f",{text}") == times
        assert codec.decode_event(line) == event
    alone = liquidated._replace(liquidator_position=None)
    assert codec.decode_event(codec.encode_event(alone)) == alone


def test_rows_and_pairs_of_short_records_are_shortened_too() -> None:
    shorten = codec.shortener_of(tuple[tuple[str, Position], ...])
    assert shorten is not None
    assert codec.dumps(shorten((("a", PLAIN), ("b", FLAGGED)))) == (
        '[["a",[[1,0],[0,2],[true,false],0]],["b",[[1,0],[0,2],[true,false],0,[1]]]]'
    )
    assert codec.shortener_of(tuple[tuple[str, int], ...]) is None


def test_a_short_record_reads_as_the_whole_one() -> None:
    rows = codec.reader_of(tuple[Position, ...])(codec.loads("[[[],[],[],0],[[],[],[],0,[]]]"))
    assert rows[0] == rows[1] == Position((), (), (), 0, ())
