"""A batch on workers at addresses of their own, one of which is cut off for a minute: the same bytes.

By hand, as root, from the checkout: ``python tests/fuzz/hosts.py LIST.csv [--cut-s 60]``. Two network
namespaces stand for two hosts, joined to this one by a bridge; the scheduler and the client are here. The
cities of the list are built and scanned by a batch without a cluster, and again by the workers. While they
work, the first one's link is taken down, for longer than the scheduler waits for it, and set up again.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

RUN = "scan --profile rollator"
HERE = "10.99.0.1"
HOSTS = {"wkhost1": "10.99.0.11", "wkhost2": "10.99.0.12"}
BRIDGE = "wkbridge"
LOGS = (".log", ".run.json")
"""Endings of files that say how a run went, not what came out of it."""


def ip(*words: str) -> None:
    """One change of the network."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


def lay_network(stack: ExitStack) -> None:
    """A bridge here and a namespace for each host; taken away at the end."""

    def drop() -> None:
        for name in HOSTS:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", BRIDGE], capture_output=True, check=False)

    drop()
    stack.callback(drop)
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("addr", "add", f"{HERE}/24", "dev", BRIDGE)
    ip("link", "set", BRIDGE, "up")
    for name, address in HOSTS.items():
        ip("netns", "add", name)
        ip("link", "add", f"{name}-a", "type", "veth", "peer", "name", f"{name}-b")
        ip("link", "set", f"{name}-a", "master", BRIDGE, "up")
        ip("link", "set", f"{name}-b", "netns", name)
        for words in (
            ("addr", "add", f"{address}/24", "dev", f"{name}-b"),
            ("link", "set", f"{name}-b", "up"),
            ("link", "set", "lo", "up"),
        ):
            ip("netns", "exec", name, "ip", *words)


def start_cluster(stack: ExitStack, lost_after_s: int) -> str:
    """A scheduler here and a worker on each host; the scheduler's address."""
    patience = os.environ | {
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{lost_after_s} s",
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": f"{lost_after_s} s",
    }
    address = f"tcp://{HERE}:8786"
    dask = [sys.executable, "-m", "distributed.cli"]
    commands = [[*dask[:2], "distributed.cli.dask_scheduler", "--host", HERE, "--no-dashboard"]]
    for name, own in HOSTS.items():
        worker = [*dask[:2], "distributed.cli.dask_worker", address, "--host", own, "--nthreads", "1"]
        commands.append(["ip", "netns", "exec", name, *worker, "--no-dashboard", "--name", name])
    for command in commands:
        log = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # the stack closes it
        process = subprocess.Popen(command, stdout=log, stderr=log, env=patience)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        time.sleep(4)
        if process.poll() is not None:
            log.seek(0)
            raise SystemExit(f"{command}: {log.read().decode()[-800:]}")
    return address


def batch(listing: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    """A batch that has begun."""
    words = [sys.executable, "-m", "wegeketten", "batch", str(listing), "--run", RUN, "-o", str(out), *more]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end(process: subprocess.Popen[str]) -> str:
    """Its exit code and its last line, which says how many steps have run."""
    told, _ = process.communicate()
    return f"{process.returncode}, {told.strip().splitlines()[-1].partition(': ')[2]}"


def results(folder: Path) -> dict[str, Path]:
    """Files of a dataset that have to be the same."""
    found = (path for path in folder.rglob("*") if path.is_file() and "ledger" not in path.parts)
    return {str(path.relative_to(folder)): path for path in found if not path.name.endswith(LOGS)}


def main() -> int:
    """1 where a byte differs or the batch does not end well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("listing", type=Path)
    parser.add_argument("--cut-s", type=float, default=60.0)
    given = parser.parse_args()
    with ExitStack() as stack:
        room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hosts-")))
        plain = end(batch(given.listing, room / "plain"))
        lay_network(stack)
        address = start_cluster(stack, lost_after_s=20)
        begin = time.monotonic()
        running = batch(given.listing, room / "hosts", "--executor", "dask", "--scheduler", address)
        time.sleep(12)
        before = len(results(room / "hosts"))
        ip("link", "set", "wkhost1-a", "down")
        print(f"wkhost1 is cut off after {time.monotonic() - begin:.0f} s, {before} files are there")
        time.sleep(given.cut_s)
        ip("link", "set", "wkhost1-a", "up")
        print(
            f"and back after {time.monotonic() - begin:.0f} s, {len(results(room / 'hosts'))} files are there"
        )
        after = end(running)
        print(f"ended with {after} (without a cluster: {plain}) after {time.monotonic() - begin:.0f} s")
        one, other = results(room / "plain"), results(room / "hosts")
        different = sorted(set(one) ^ set(other))
        both = set(one) & set(other)
        different += sorted(name for name in both if not filecmp.cmp(one[name], other[name], shallow=False))
        print(f"{len(one)} files compared, {len(different)} differ {different[:5]}")
        return int(bool(different) or after.split(",")[0] != plain.split(",")[0])


if __name__ == "__main__":
    sys.exit(main())
