"""What the kernel and other people's tools say of an emulated drive is what the model says of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulators.fronts.nvme_tcp_host import wait_until
from nvme_rig import Front, Walked, run, run_json

Serve = Callable[..., Front]


@pytest.mark.parametrize("kind", ["plain", "no-sanitize", "toshiba-xg5", "samsung-pm981", "wd-sn550"])
def test_identity_sizes_and_health(serve: Serve, walked: Walked, kind: str) -> None:
    drive = serve(kind).connect(kind)
    state = drive.state()
    space = state["namespaces"][0]
    size = space["blocks"] * space["block_size"]
    node = drive.namespace()

    who = (state["model"], state["serial"])
    listed = run_json("lsblk", "-J", "-b", "-d", "-o", "NAME,SIZE,MODEL,SERIAL,TRAN,LOG-SEC", node)["blockdevices"][0]
    found = (listed["model"].strip(), listed["serial"].strip(), listed["size"], listed["log-sec"])
    slip = "" if listed["tran"] == "tcp" else f"TRAN says {listed['tran']}"
    walked.note("lsblk", f"-J ({kind})", found, (*who, size, space["block_size"]), slip=slip)

    identity = run_json("nvme", "id-ctrl", drive.node, "-o", "json")
    found = (identity["mn"].strip(), identity["sn"].strip(), identity["fr"].strip())
    walked.note("nvme", f"id-ctrl ({kind})", found, (*who, state["firmware"]))

    identified = run_json("nvme", "id-ns", node, "-o", "json")
    found = (identified["nsze"], identified["nguid"], identified["eui64"])
    walked.note("nvme", f"id-ns ({kind})", found, (space["blocks"], space["nguid"], space["eui64"]))

    told = run_json("smartctl", "-i", "-A", "-j", drive.node)
    health = told["nvme_smart_health_information_log"]
    found = (told["model_name"], told["serial_number"], told["firmware_version"], health["temperature"], health["percentage_used"])
    walked.note("smartctl", f"-i -A -j ({kind})", found, (*who, state["firmware"], 37, 3))

    log = run_json("nvme", "smart-log", drive.node, "-o", "json")
    walked.note("nvme", f"smart-log ({kind})", (log["temperature"], log["avail_spare"], int(log["power_cycles"])), (310, 100, 1))

    devices = run_json("nvme", "list", "-o", "json")["Devices"]
    entry = next(each for each in devices if each["DevicePath"] == str(node))
    found = (entry["ModelNumber"].strip(), entry["SerialNumber"].strip(), entry["PhysicalSize"], entry["SectorSize"])
    walked.note("nvme", f"list ({kind})", found, (*who, size, space["block_size"]))


def test_two_controllers_and_what_is_not_attached(serve: Serve, walked: Walked) -> None:
    drive = serve("full").connect("full", controllers=2)
    state = drive.state()
    run("udevadm", "settle")

    attached = run_json("nvme", "list-ns", drive.node, "-o", "json")["nsid_list"]
    walked.note("nvme", "list-ns", [each["nsid"] for each in attached], [1, 2, 3])
    allocated = run_json("nvme", "list-ns", drive.node, "--all", "-o", "json")["nsid_list"]
    walked.note("nvme", "list-ns --all", [each["nsid"] for each in allocated], [each["nsid"] for each in state["namespaces"]])

    subsystems = run_json("nvme", "list-subsys", "-o", "json")
    hosts = subsystems if isinstance(subsystems, list) else [subsystems]
    paths = [path["Name"] for host in hosts for each in host["Subsystems"] if each["NQN"] == state["nqn"] for path in each["Paths"]]
    names = {each.node.name for each in drive.connected}
    slip = "" if len(paths) == 2 else f"shows {len(paths)} of 2 paths"
    walked.note("nvme", "list-subsys", (bool(paths), set(paths) <= names), (True, True), slip=slip)

    shared = drive.namespace(1).name
    hidden = sorted(path.name for path in Path("/sys/class/nvme").glob("nvme*/nvme*c*n*"))
    assert len([each for each in hidden if each.endswith("n" + shared.rpartition("n")[2])]) == 2, hidden  # native multipath: two paths
    assert not Path("/dev", hidden[0]).exists()

    identity = run_json("nvme", "id-ctrl", drive.node, "-o", "json")
    walked.note(
        "nvme", "id-ctrl (capacities)", (int(identity["tnvmcap"]), int(identity["unvmcap"])), (state["total"], state["unallocated"])
    )


def test_a_path_that_breaks_leaves_the_other_one(serve: Serve) -> None:
    drive = serve("full").connect("full", controllers=2)
    drive.write("still there")
    drive.connected[0].disconnect()
    wait_until(lambda: not drive.connected[0].state)
    assert drive.read().stdout.startswith(b"still there")
