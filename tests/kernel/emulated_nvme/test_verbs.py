"""nvme-cli walks through the state machine; after each verb the model is asked whether that happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from emulators.fronts.nvme_tcp_host import namespace_node, wait_until
from nvme_rig import Drive, Front, Walked, run, run_bytes, run_json

Serve = Callable[..., Front]
RESIDENT = "resident register, page 1"


def _sanitize_log(drive: Drive) -> dict[str, Any]:
    log = run_json("nvme", "sanitize-log", drive.node, "-o", "json")
    inner: dict[str, Any] = next(iter(log.values())) if len(log) == 1 else log
    return inner


def _status(log: dict[str, Any]) -> int:
    """SSTAT bits 2:0, which nvme-cli 2.3 prints as a number or as an object."""
    sstat = log["sstat"]
    return int(sstat if not isinstance(sstat, dict) else sstat["status"].partition(")")[0].strip("("), 0) & 7


@pytest.mark.parametrize(("action", "scdw10"), [("2", 0x02), ("3", 0x13), ("4", 0x04)])
def test_sanitize(serve: Serve, walked: Walked, action: str, scdw10: int) -> None:
    drive = serve("plain", rate=100).connect("plain")
    drive.lie("stuck_at", 0x8000)  # so that it is in progress however slow the machine is
    drive.write(RESIDENT)
    drive.write(RESIDENT)
    assert drive.remnants(RESIDENT) > 16
    done = run("nvme", "sanitize", drive.node, "-a", action, *(["-n", "1", "-p", "0xa5a5a5a5"] if action == "3" else []))
    walked.note("nvme", f"sanitize -a {action}", done.returncode, 0)
    walked.note("nvme", f"sanitize-log in progress ({action})", _status(_sanitize_log(drive)), drive.state()["sanitize"]["outcome"])
    again = run("nvme", "sanitize", drive.node, "-a", action)
    assert "SANITIZE_IN_PROGRESS" in again.stderr.upper().replace(" ", "_"), again
    walked.note("nvme", f"sanitize -a {action} while one runs", again.returncode != 0, True)
    drive.lie("stuck_at", None)
    wait_until(lambda: drive.state()["sanitize"]["outcome"] == 1, what="the end of the sanitize")
    log = _sanitize_log(drive)
    walked.note("nvme", f"sanitize-log completed ({action})", (_status(log), int(str(log["cdw10_info"]), 0)), (1, scdw10))
    walked.note("dd", f"read after sanitize -a {action}", drive.read().stdout, bytes(4096))
    assert drive.remnants(RESIDENT) == 0


def test_a_failed_sanitize_and_the_way_out(serve: Serve, walked: Walked) -> None:
    drive = serve("plain", rate=100).connect("plain")
    drive.lie("sanitize_fails_at", 0.5)
    assert run("nvme", "sanitize", drive.node, "-a", "2", "--ause").returncode == 0
    wait_until(lambda: drive.state()["sanitize"]["outcome"] == 3)
    walked.note("nvme", "sanitize-log failed", _status(_sanitize_log(drive)), 3)
    refused = run("nvme", "format", drive.node, "-n", "1", "--ses=1", "--force")
    walked.note("nvme", "format after a failed sanitize", refused.returncode != 0, True)
    walked.note("nvme", "sanitize -a 1", run("nvme", "sanitize", drive.node, "-a", "1").returncode, 0)
    walked.note("dd", "read after exit failure mode", drive.read().returncode, 0)


@pytest.mark.parametrize(("ses", "remains"), [("0", True), ("1", False), ("2", False)])
def test_format(serve: Serve, walked: Walked, ses: str, remains: bool) -> None:
    drive = serve("plain").connect("plain")
    drive.write(RESIDENT)
    done = run("nvme", "format", drive.namespace(), f"--ses={ses}", "--force")
    walked.note("nvme", f"format --ses={ses}", (done.returncode, drive.remnants(RESIDENT) > 0), (0, remains))
    walked.note("dd", f"read after format --ses={ses}", drive.read().stdout, bytes(4096))


def test_format_to_other_block_sizes(serve: Serve, walked: Walked) -> None:
    drive = serve("full").connect("full")
    drive.namespace()
    done = run("nvme", "format", drive.namespace(), "--lbaf=1", "--force")
    space = drive.state()["namespaces"][0]
    assert (space["format"], space["block_size"]) == (1, 4096)
    wait_until(lambda: run("blockdev", "--getss", drive.namespace()).stdout.strip() == "4096", what="the kernel to see 4096-byte blocks")
    walked.note("nvme", "format --lbaf=1", (done.returncode, run("blockdev", "--getss", drive.namespace()).stdout.strip()), (0, "4096"))
    refused = run("nvme", "format", drive.namespace(), "--lbaf=9", "--force")
    walked.note("nvme", "format --lbaf=9", (refused.returncode != 0, drive.state()["namespaces"][0]["format"]), (True, 1))
    done = run("nvme", "format", drive.namespace(), "--lbaf=2", "--ms=1", "--force")
    walked.note("nvme", "format --lbaf=2 --ms=1", (done.returncode, drive.state()["namespaces"][0]["metadata"]), (0, 8))


def test_namespaces_come_and_go(serve: Serve, walked: Walked) -> None:
    drive = serve("full").connect("full")
    before = drive.state()
    done = run("nvme", "create-ns", drive.node, "--nsze=4096", "--ncap=4096", "--flbas=0")
    created = drive.state()["namespaces"][-1]
    walked.note("nvme", "create-ns", (done.returncode, created["nsid"], created["blocks"], created["attached"]), (0, 5, 4096, []))
    done = run("nvme", "attach-ns", drive.node, "--namespace-id=5", "--controllers=1")
    wait_until(lambda: namespace_node(drive.name, 5), what="a node for the new namespace")
    walked.note("nvme", "attach-ns", (done.returncode, drive.state()["namespaces"][-1]["attached"]), (0, [1]))
    drive.write(RESIDENT, nsid=5)
    done = run("nvme", "detach-ns", drive.node, "--namespace-id=5", "--controllers=1")
    wait_until(lambda: not namespace_node(drive.name, 5), what="the node to go")
    walked.note("nvme", "detach-ns", (done.returncode, drive.state()["namespaces"][-1]["attached"]), (0, []))
    done = run("nvme", "delete-ns", drive.node, "--namespace-id=5")
    after = drive.state()
    walked.note("nvme", "delete-ns", (done.returncode, len(after["namespaces"])), (0, len(before["namespaces"])))
    assert drive.remnants(RESIDENT) > 0  # in what belongs to nobody now


def test_features_security_and_reset(serve: Serve, walked: Walked) -> None:
    front = serve("full", "locked")
    drive = front.connect("full")
    done = run("nvme", "get-feature", drive.node, "-f", "6", "-s", "0")
    walked.note(
        "nvme", "get-feature -f 6", done.stdout.strip().rpartition(":")[2], "0x00000001" if drive.state()["write_cache"] else "00000000"
    )
    assert run("nvme", "set-feature", drive.node, "-f", "6", "-v", "0").returncode == 0
    walked.note("nvme", "set-feature -f 6 -v 0", drive.state()["write_cache"], False)
    done = run("nvme", "set-feature", drive.node, "-n", "1", "-f", "0x84", "-v", "1")
    walked.note("nvme", "set-feature -f 0x84 -v 1", (done.returncode, drive.state()["namespaces"][0]["protection"]), (0, 1))

    for name, flags in (("full", "09"), ("locked", "0f")):
        each = drive if name == "full" else front.connect("locked")
        line = ("nvme", "security-recv", each.node, "--secp=1", "--spsp=1", "--size=512", "--al=512", "--raw-binary")
        raw = run_bytes(*line)
        discovered = raw.removeprefix(b"NVME Security Receive Command Success\n")
        slip = "prints a sentence in front of raw bytes" if len(discovered) < len(raw) else ""
        walked.note("nvme", f"security-recv level 0 ({name})", discovered[64:69].hex(), "0002100c" + flags, slip=slip)

    boot = run_bytes("nvme", "get-log", drive.node, "--log-id=0x15", "--log-len=64", "--raw-binary")
    walked.note("nvme", "get-log 15h (boot partition)", boot[16:32], b"boot partition 0")
    starts = drive.connected[0]
    done = run("nvme", "reset", drive.node)
    wait_until(lambda: starts.state == "live", what="the controller to be live again")
    walked.note("nvme", "reset", (done.returncode, starts.state), (0, "live"))


def test_dataset_management_and_write_zeroes(serve: Serve, walked: Walked) -> None:
    drive = serve("plain").connect("plain")
    drive.write(RESIDENT)
    assert run("blkdiscard", drive.namespace()).returncode == 0
    walked.note("blkdiscard", "(deallocate)", (drive.read().stdout, drive.remnants(RESIDENT) > 0), (bytes(4096), True))
    drive.write(RESIDENT)
    assert run("blkdiscard", "-z", drive.namespace()).returncode == 0
    walked.note("blkdiscard", "-z (Write Zeroes)", drive.read().stdout, bytes(4096))
