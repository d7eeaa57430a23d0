"""The registry: every experiment by name, imported when it is asked for.

A new experiment is a module with an `EXPERIMENT` and one line in this table.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from sdcli.experiments.contract import Experiment

EXPERIMENTS = {
    "ring.balance": "sdcli.experiments.ring_balance",
    "ring.rebalance": "sdcli.experiments.ring_rebalance",
    "ring.plan": "sdcli.experiments.ring_plan",
    "ring.hotkey": "sdcli.experiments.ring_hotkey",
    "ring.contest": "sdcli.experiments.ring_contest",
    "limiter.burst": "sdcli.experiments.limiter_burst",
    "limiter.compare": "sdcli.experiments.limiter_compare",
    "limiter.shape": "sdcli.experiments.limiter_shape",
    "limiter.clock": "sdcli.experiments.limiter_clock",
    "limiter.race": "sdcli.experiments.limiter_race",
    "limiter.choose": "sdcli.experiments.limiter_choose",
    "kv.path": "sdcli.experiments.kv_path",
    "kv.crash": "sdcli.experiments.kv_crash",
    "kv.bloom": "sdcli.experiments.kv_bloom",
    "kv.compaction": "sdcli.experiments.kv_compaction",
    "kv.amplification": "sdcli.experiments.kv_amplification",
}


def names() -> list[str]:
    """The names of all experiments, in the order in which they teach."""
    return list(EXPERIMENTS)


def get(name: str) -> Experiment[Any]:
    """The experiment of that name.

    Raises:
        InputError: no experiment has this name.
    """
    if name not in EXPERIMENTS:
        raise InputError(
            "no experiment has this name",
            where="experiment",
            given=name,
            expected=" or ".join(EXPERIMENTS),
            fix=did_you_mean(name, EXPERIMENTS),
        )
    return import_module(EXPERIMENTS[name]).EXPERIMENT
