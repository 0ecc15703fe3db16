"""`decode`: JSON of about 1.1 kB with 5 readings to framed Avro confirmed by the broker, CPU of the worker process.

The worker is the real role (`vigie worker decode`) on one core, Kafka client, duplicate filter and its changelog
included; the broker and this program run on the others. CPU is what the kernel counted for the process between the
moments when 15 % and 100 % of the uplinks were confirmed. Stock Faust does the same work beside it in the same run.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from figures import Figure, cpu_s, rss_mb
from load import Ends, bodies, broker, fill, make_topics

COUNT = int(os.environ.get("VIGIE_TEST_BENCH_COUNT", "400000"))
STOCK_COUNT = max(COUNT // 8, 10_000)


def _measure(command: list[str], env: dict[str, str], ends: Ends, count: int) -> tuple[float, float, float]:
    """CPU µs per uplink, uplinks per second of wall time, and the highest resident MB."""
    pinned = ["taskset", "-c", str(max(os.sched_getaffinity(0))), *command]
    with tempfile.NamedTemporaryFile(prefix="vigie-bench-", suffix=".log") as log:
        worker = subprocess.Popen(pinned, env=env, stdout=log, stderr=log)
        try:
            started, first, memory = time.monotonic(), None, 0.0
            while True:
                done, now, cpu = ends.sum(), time.monotonic(), cpu_s(worker.pid)
                memory = max(memory, rss_mb(worker.pid))
                if first is None and done >= count * 0.15:
                    first = done, now, cpu
                if first is not None and done >= count:
                    made = done - first[0]
                    return (cpu - first[2]) / made * 1e6, made / (now - first[1]), memory
                if worker.poll() is not None or now - started > 900:
                    raise RuntimeError(f"The worker made {done} of {count}: {Path(log.name).read_text()[-3000:]}")
                time.sleep(0.05)
        finally:
            worker.terminate()
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                worker.kill()


def figures() -> Iterator[Figure]:
    with broker() as servers, tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        prefix = f"bench-{uuid4().hex[:6]}."
        make_topics(servers, prefix)
        fill(servers, prefix + "raw.lora", bodies(COUNT))
        env = os.environ | {
            "VIGIE_KAFKA": servers,
            "VIGIE_PREFIX": prefix,
            "VIGIE_DATA": folder,
            "VIGIE_SCHEMA_REGISTRY": "",
        }
        ends = Ends(servers, prefix + "uplinks.lora.v1")
        cpu_us, rate, memory = _measure(
            [sys.executable, "-m", "vigie.deploy.cli", "worker", "decode"], env, ends, COUNT
        )
        ends.close()
        note = f"{COUNT} uplinks of 5000 devices"
        yield Figure(name="decode: CPU per uplink", value=cpu_us, unit="µs", note=note)
        yield Figure(name="decode: uplinks per second of process CPU", value=1e6 / cpu_us, unit="1/s", note=note)
        yield Figure(name="decode: uplinks per second, wall", value=rate, unit="1/s", note="broker on the other core")
        yield Figure(name="decode: resident memory", value=memory, unit="MB", note=note)

        stock = f"bench-{uuid4().hex[:6]}."
        make_topics(servers, stock)
        fill(servers, stock + "raw.lora", bodies(STOCK_COUNT))
        ends = Ends(servers, stock + "uplinks.lora.v1")
        script = str(Path(__file__).with_name("stock_faust_worker.py"))
        command = [sys.executable, script, servers, stock + "raw.lora", stock + "uplinks.lora.v1"]
        stock_us, _, _ = _measure(command, dict(os.environ), ends, STOCK_COUNT)
        ends.close()
        yield Figure(
            name="stock Faust, the same work: CPU per uplink", value=stock_us, unit="µs", ratio=stock_us / cpu_us,
            ratio_to="decode", note=f"{STOCK_COUNT} uplinks",
        )  # fmt: skip
