"""Experiments: claims about reference implementations, put to the test with a design's numbers.

contract.py says what an experiment is; binding.py turns what people write into parameters;
registry.py has them by name; then one file for each: ring_balance.py, ring_rebalance.py,
ring_plan.py, ring_hotkey.py, ring_contest.py; limiter_burst.py, limiter_compare.py,
limiter_shape.py, limiter_clock.py, limiter_race.py, limiter_choose.py; kv_path.py, kv_crash.py,
kv_bloom.py, kv_compaction.py, kv_amplification.py. What several of them use, or what is an idea of
its own, has a file of its own: scaling.py, zipf.py, contenders.py and rebalance_story.py for rings;
adversary.py, limiter_attacked.py, limiter_candidates.py, limiter_needs.py, limiter_traffic.py,
limiter_lanes.py, limiter_table.py and limiter_threads.py for limiters; kv_shape.py, kv_formulas.py,
kv_driven.py and kv_books.py for what stores cost, the other kv files for what they survive. To add
one, write a module like those and a line in the registry's table, and record its results
(tests/experiments/test_golden.py says how).

>>> experiment = get("ring.rebalance")
>>> result = experiment.run(experiment.bind({"nodes": 4, "keys": "2000"}), seed=7)
>>> result.metrics["ideal_share"], result.metrics["between_survivors"], result.verdict
(0.2, 0.0, 'holds')
"""

from sdcli.experiments.contract import (
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    params_json,
)
from sdcli.experiments.registry import EXPERIMENTS, get, names

__all__ = [
    "EXPERIMENTS",
    "Experiment",
    "Frame",
    "Metric",
    "Predict",
    "Result",
    "get",
    "names",
    "params_json",
]
