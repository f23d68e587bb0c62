"""Rows of many requests asked at once: together, in order, each on its own merits."""

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


def make(network, beside=None, **changes):
    settings = {"at_once": 1, "max_batch": 4, "max_wait": 0.0, **changes}
    return Batcher(network, beside or network, **settings)


def rows(*numbers):
    return {"x": np.array(numbers, dtype=float)}


def test_what_waits_while_the_network_is_busy_is_asked_together_in_order(network):
    batcher = make(network)
    with batcher.coming(), batcher.coming(), batcher.coming(), batcher.coming():
        first = batcher.submit(rows(0))
        assert network.asked.wait(LONG)
        others = [batcher.submit(rows(n)) for n in (1, 2, 3)]
        network.free.set()
        answers = [future.result(LONG).tolist() for future in (first, *others)]
    assert answers == [[0], [2], [4], [6]]
    assert network.batches == [[0], [1, 2, 3]]
    batcher.close()


def test_a_batch_has_no_more_rows_than_it_may_and_a_larger_request_goes_alone(network):
    network.free.set()
    batcher = make(network, max_wait=LONG)
    with batcher.coming(), batcher.coming(), batcher.coming():
        futures = [batcher.submit(rows(*range(n))) for n in (3, 2, 9)]
        assert [len(future.result(LONG)) for future in futures] == [3, 2, 9]
    assert [len(batch) for batch in network.batches] == [3, 2, 9]
    batcher.close()


def test_one_request_alone_does_not_wait(network):
    network.free.set()
    batcher = make(network, max_wait=LONG)
    start = time.monotonic()
    with batcher.coming():
        batcher.submit(rows(1)).result(LONG)
    assert time.monotonic() - start < LONG / 2
    batcher.close()


def test_it_waits_for_what_is_on_its_way_until_the_deadline(network):
    network.free.set()
    batcher = make(network, max_wait=0.05)
    with batcher.coming():  # never submits
        with batcher.coming():
            future = batcher.submit(rows(1))
        assert future.result(LONG).tolist() == [2]
    batcher.close()


def test_what_is_on_its_way_joins_before_the_deadline(network):
    network.free.set()
    batcher = make(network, max_wait=LONG)
    with batcher.coming(), batcher.coming():
        first = batcher.submit(rows(1))
        time.sleep(0.02)
        second = batcher.submit(rows(2))
        assert (first.result(LONG) + second.result(LONG)).tolist() == [6]
    assert network.batches == [[1, 2]]
    batcher.close()


def test_a_row_that_fails_fails_alone(network):
    batcher = make(network)
    with batcher.coming(), batcher.coming(), batcher.coming(), batcher.coming():
        held = batcher.submit(rows(0))
        assert network.asked.wait(LONG)
        good, bad, last = (batcher.submit(rows(n)) for n in (1, -1, 2))
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
        first = batcher.submit(rows(1))
        batcher.close()
        network.free.set()
        assert first.result(LONG).tolist() == [2]
        assert batcher.submit(rows(2)).result(LONG).tolist() == [4]  # still taken
    for thread in batcher._threads:
        thread.join(LONG)
        assert not thread.is_alive()


def test_a_request_alone_has_all_cores_and_one_beside_others_its_share(network):
    network.free.set()
    beside = Network()
    batcher = make(network, beside, at_once=2)
    with batcher.coming():
        assert batcher.submit(rows(1)).result(LONG).tolist() == [2]
    assert (network.batches, beside.batches) == ([[1]], [])
    with batcher.coming(), batcher.coming():
        first = batcher.submit(rows(2))
        assert beside.asked.wait(LONG)
        second = batcher.submit(rows(3))
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
        futures = [batcher.submit(rows(n)) for n in range(3)]
        assert [future.result(LONG).tolist() for future in futures] == [[0], [1], [2]]
    batcher.close()


def test_closing_ends_every_thread(network):
    network.free.set()
    batcher = make(network, at_once=3)
    with batcher.coming():
        batcher.submit(rows(1)).result(LONG)
    batcher.close()
    for thread in batcher._threads:
        thread.join(LONG)
        assert not thread.is_alive()
