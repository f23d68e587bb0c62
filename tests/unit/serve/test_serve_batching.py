"""Rows of many requests asked at once: together, in order, each on its own merits."""

import asyncio
import threading
import time

import numpy as np
import pytest

from sidelight.serve._batching import Batcher

LONG = 20.0


class Network:
    """Doubles numbers; holds its answer back until it is let go."""

    def __init__(self):
        self.batches = []
        self.free = threading.Event()
        self.asked = threading.Event()

    def __call__(self, inputs):
        rows = inputs["x"]
        self.batches.append(rows.tolist())
        self.asked.set()
        assert self.free.wait(LONG)
        if (rows < 0).any():
            message = "below zero"
            raise ValueError(message)
        return rows * 2.0


@pytest.fixture
def network():
    return Network()


LOOP = asyncio.new_event_loop()


@pytest.fixture(scope="module", autouse=True)
def loop():
    """An event loop in a thread of its own, as a server has."""
    thread = threading.Thread(target=LOOP.run_forever)
    thread.start()
    yield
    LOOP.call_soon_threadsafe(LOOP.stop)
    thread.join()
    LOOP.close()


def on_loop(call):
    """Return what a call on the loop returns, or what an awaitable of it gives."""

    async def called():
        found = call()
        return await found if asyncio.iscoroutine(found) else found

    return asyncio.run_coroutine_threadsafe(called(), LOOP).result(2 * LONG)


class HandedIn:
    """Rows that are in the queue."""

    def __init__(self, batcher, inputs):
        self.future = on_loop(lambda: batcher.submit(inputs))

    def result(self, seconds):
        return on_loop(lambda: asyncio.wait_for(self.future, seconds))

    def cancel(self):
        return on_loop(self.future.cancel)


def make(network, beside=None, **changes):
    settings = {"at_once": 1, "max_batch": 4, "max_wait": 0.0, **changes}
    return Batcher(network, beside or network, **settings)


def rows(*numbers):
    return {"x": np.array(numbers, dtype=float)}


def test_what_waits_while_the_network_is_busy_is_asked_together_in_order(network):
    batcher = make(network)
    with batcher.coming(), batcher.coming(), batcher.coming(), batcher.coming():
        first = HandedIn(batcher, rows(0))
        assert network.asked.wait(LONG)
        others = [HandedIn(batcher, rows(n)) for n in (1, 2, 3)]
        network.free.set()
        answers = [future.result(LONG).tolist() for future in (first, *others)]
    assert answers == [[0], [2], [4], [6]]
    assert network.batches == [[0], [1, 2, 3]]
    batcher.close()


def test_a_batch_has_no_more_rows_than_it_may_and_a_larger_request_goes_alone(network):
    network.free.set()
    batcher = make(network, max_wait=LONG)
    with batcher.coming(), batcher.coming(), batcher.coming():
        futures = [HandedIn(batcher, rows(*range(n))) for n in (3, 2, 9)]
        assert [len(future.result(LONG)) for future in futures] == [3, 2, 9]
    assert [len(batch) for batch in network.batches] == [3, 2, 9]
    batcher.close()


def test_one_request_alone_does_not_wait(network):
    network.free.set()
    batcher = make(network, max_wait=LONG)
    start = time.monotonic()
    with batcher.coming():
        HandedIn(batcher, rows(1)).result(LONG)
    assert time.monotonic() - start < LONG / 2
    batcher.close()


def test_it_waits_for_what_is_on_its_way_until_the_deadline(network):
    network.free.set()
    batcher = make(network, max_wait=0.05)
    with batcher.coming():  # never submits
        with batcher.coming():
            future = HandedIn(batcher, rows(1))
        assert future.result(LONG).tolist() == [2]
    batcher.close()


def test_what_is_on_its_way_joins_before_the_deadline(network):
    network.free.set()
    batcher = make(network, max_wait=LONG)
    with batcher.coming(), batcher.coming():
        first = HandedIn(batcher, rows(1))
        time.sleep(0.02)
        second = HandedIn(batcher, rows(2))
        assert (first.result(LONG) + second.result(LONG)).tolist() == [6]
    assert network.batches == [[1, 2]]
    batcher.close()


def test_a_row_that_fails_fails_alone(network):
    batcher = make(network)
    with batcher.coming(), batcher.coming(), batcher.coming(), batcher.coming():
        held = HandedIn(batcher, rows(0))
        assert network.asked.wait(LONG)
        good, bad, last = (HandedIn(batcher, rows(n)) for n in (1, -1, 2))
        network.free.set()
        held.result(LONG)
        assert good.result(LONG).tolist() == [2]
        assert last.result(LONG).tolist() == [4]
        with pytest.raises(ValueError, match="below zero"):
            bad.result(LONG)
    batcher.close()


def test_closing_answers_what_was_taken_first(network):
    batcher = make(network)
    with batcher.coming():
        first = HandedIn(batcher, rows(1))
        batcher.close()
        network.free.set()
        assert first.result(LONG).tolist() == [2]
        assert HandedIn(batcher, rows(2)).result(LONG).tolist() == [4]  # still taken
    for thread in batcher._threads:
        thread.join(LONG)
        assert not thread.is_alive()


def test_a_request_alone_has_all_cores_and_one_beside_others_its_share(network):
    network.free.set()
    beside = Network()
    batcher = make(network, beside, at_once=2)
    with batcher.coming():
        assert HandedIn(batcher, rows(1)).result(LONG).tolist() == [2]
    assert (network.batches, beside.batches) == ([[1]], [])
    with batcher.coming(), batcher.coming():
        first = HandedIn(batcher, rows(2))
        assert beside.asked.wait(LONG)
        second = HandedIn(batcher, rows(3))
        beside.free.set()
        assert (first.result(LONG) + second.result(LONG)).tolist() == [10]
    assert (network.batches, sorted(beside.batches)) == ([[1]], [[2], [3]])
    batcher.close()


def test_so_many_batches_are_asked_at_the_same_time(network):
    together = threading.Barrier(3)

    def beside(inputs):
        together.wait(LONG)  # passes once all three are asked
        return inputs["x"]

    batcher = make(network, beside, at_once=3, max_batch=1)
    with batcher.coming(), batcher.coming(), batcher.coming():
        futures = [HandedIn(batcher, rows(n)) for n in range(3)]
        assert [future.result(LONG).tolist() for future in futures] == [[0], [1], [2]]
    batcher.close()


def test_closing_ends_every_thread(network):
    network.free.set()
    batcher = make(network, at_once=3)
    with batcher.coming():
        HandedIn(batcher, rows(1)).result(LONG)
    batcher.close()
    for thread in batcher._threads:
        thread.join(LONG)
        assert not thread.is_alive()


def test_whoever_left_is_not_answered_and_others_are(network):
    batcher = make(network)
    with batcher.coming(), batcher.coming(), batcher.coming():
        held = HandedIn(batcher, rows(0))
        assert network.asked.wait(LONG)
        left, stays = HandedIn(batcher, rows(1)), HandedIn(batcher, rows(2))
        assert left.cancel()
        network.free.set()
        assert held.result(LONG).tolist() == [0]
        assert stays.result(LONG).tolist() == [4]
    batcher.close()
    for thread in batcher._threads:
        thread.join(LONG)
        assert not thread.is_alive()


def test_rows_of_several_inputs_are_joined_as_they_came(network):
    def echo(inputs):
        network.batches.append({name: len(block) for name, block in inputs.items()})
        seen = zip(inputs["pixels"], inputs["word"], inputs["seconds"], strict=True)
        return np.array([[p.sum(), len(w), s] for p, w, s in seen], dtype=float)

    batcher = make(echo, max_wait=LONG)
    wide = np.arange(12, dtype=np.uint8).reshape(2, 1, 3, 2)
    turned = wide.swapaxes(2, 3)  # not one piece of memory
    words = np.array(["ä", "sand"], dtype=object)
    seconds = np.array([1, 2], dtype=np.int64)
    with batcher.coming(), batcher.coming():
        parts = [
            {"pixels": block, "word": words, "seconds": seconds}
            for block in (turned, turned[::-1])
        ]
        first, second = (HandedIn(batcher, part) for part in parts)
        assert first.result(LONG).tolist() == [[15, 1, 1], [51, 4, 2]]
        assert second.result(LONG).tolist() == [[51, 1, 1], [15, 4, 2]]
    assert network.batches == [{"pixels": 4, "word": 4, "seconds": 4}]
    batcher.close()
