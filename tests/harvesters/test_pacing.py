from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from harvesters.pacing import Pacing


def test_turns_are_an_interval_apart(fake_time):
    pacing = Pacing(clock=fake_time.clock)
    assert [pacing.reserve("h", 80, 2.0) for _ in range(3)] == [0.0, 2.0, 4.0]
    fake_time.pause(10)
    assert pacing.reserve("h", 80, 2.0) == 0.0


def test_hosts_do_not_wait_for_each_other(fake_time):
    pacing = Pacing(clock=fake_time.clock)
    assert [pacing.reserve(host, port, 2.0) for host, port in (("a", 80), ("b", 80), ("a", 81))] == [0.0] * 3


def test_a_host_that_asks_for_time_gets_it_from_all(fake_time):
    pacing = Pacing(clock=fake_time.clock)
    pacing.hold("h", 80, 30)
    pacing.hold("h", 80, 10)
    assert pacing.reserve("h", 80, 0.0) == 30.0


def test_threads_never_share_a_turn(fake_time):
    pacing = Pacing(clock=fake_time.clock)
    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(lambda _: pacing.reserve("h", 80, 1.0), range(200)))
    assert sorted(waits) == [float(n) for n in range(200)]


def test_memory_is_bounded(fake_time):
    pacing = Pacing(clock=fake_time.clock)
    for n in range(25_000):
        pacing.reserve(f"h{n}", 80, 0.1)
        fake_time.pause(0.2)
    assert len(pacing._free) <= 10_000
