"""Experiments: claims about reference implementations, put to the test with a design's numbers.

contract.py says what an experiment is; binding.py turns what people write into parameters;
registry.py has them by name; then one file for each: ring_balance.py, ring_rebalance.py,
ring_plan.py, ring_hotkey.py, ring_contest.py, limiter_burst.py. What several of them use has a
file of its own: scaling.py, zipf.py, contenders.py, adversary.py, rebalance_story.py. To add one,
write a module like those and a line in the registry's table, and record its results
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
