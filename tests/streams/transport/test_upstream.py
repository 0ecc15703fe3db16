"""An upgrade that changes what the transport relies on fails here."""

import ast
import importlib
import inspect
from importlib.metadata import version
from pathlib import Path

import pytest

from vigie.streams.transport import upstream

PACKAGE = Path(inspect.getfile(upstream)).parent
LISTED = {name for names in (*upstream.CLASS_NAMES.values(), *upstream.INSTANCE_NAMES.values()) for name in names}


@pytest.mark.parametrize("distribution", upstream.VERSIONS)
def test_the_pinned_version_is_installed(distribution: str) -> None:
    assert version(distribution) == upstream.VERSIONS[distribution]


def find(place: str) -> type:
    module, name = place.split(":")
    found: type = getattr(importlib.import_module(module), name)
    return found


@pytest.mark.parametrize(("place", "name"), [(p, n) for p, names in upstream.CLASS_NAMES.items() for n in names])
def test_a_class_has_the_name(place: str, name: str) -> None:
    assert hasattr(find(place), name) or name in inspect.getsource(find(place)), f"{place} has no {name} any more"


@pytest.mark.parametrize(("place", "name"), [(p, n) for p, names in upstream.INSTANCE_NAMES.items() for n in names])
def test_an_instance_gets_the_name(place: str, name: str) -> None:
    source = inspect.getsource(find(place))
    signs = (f".{name} =", f".{name} +=", f".{name}: ", f".{name}(", f" {name}: ", f"def {name}(")
    assert any(sign in source for sign in signs), f"{place} sets no {name}"


@pytest.mark.parametrize(
    "file", ["consumer.py", "lenient_headers.py", "producer.py", "transport.py", "app.py", "worker.py"]
)
def test_every_private_name_in_use_is_listed(file: str) -> None:
    tree = ast.parse((PACKAGE / file).read_text("utf-8"))
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    own |= {
        target.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute)
    }
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    private = {name for name in used if name.startswith("_") and not name.startswith("__")}
    assert private - own - LISTED - {"_exit"} == set()
    if file in ("consumer.py", "producer.py"):  # an override must override something
        bases = {"consumer.py": "Consumer", "producer.py": "Producer"}
        base = find(f"faust.transport.drivers.aiokafka:{bases[file]}")
        overridden = {name for name in own if hasattr(base, name)}
        assert {name for name in overridden if name.startswith("_")} - {"__init__"} <= LISTED


def test_the_calls_of_a_rebalance_come_in_the_order_that_the_transport_needs() -> None:
    """Names alone do not show that flow is stopped before the work is finished, or that the seek comes last."""
    from faust.app.base import App
    from faust.tables.recovery import Recovery

    revoked = inspect.getsource(App._on_partitions_revoked)
    steps = [
        revoked.index(part) for part in ("stop_flow", "flow_control.suspend)", "flow_control.clear)", "wait_empty")
    ]
    assert steps == sorted(steps)
    resumed = inspect.getsource(Recovery._resume_streams)
    steps = [
        resumed.index(p) for p in ("on_rebalance_complete.send", "perform_seek", "flow_control.resume", "resume_flow")
    ]
    assert steps == sorted(steps)
