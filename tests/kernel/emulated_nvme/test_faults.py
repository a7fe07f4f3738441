"""Faults as the kernel shows them: a drive that leaves, is slow, does not answer, has a bad block, shows old data again."""

from __future__ import annotations

import time
from collections.abc import Callable

from emulators.fronts.nvme_tcp_host import wait_until
from nvme_rig import Front, Walked, run

Serve = Callable[..., Front]
RESIDENT = "resident register, page 1"


def test_a_killed_drive_ends_in_a_severed_link_and_its_node_goes(serve: Serve) -> None:
    front = serve("plain", alone=True)
    drive = front.connect("plain")
    node = drive.namespace()
    front.kill()
    failed = drive.read()
    assert failed.returncode != 0
    assert b"Link has been severed" in failed.stderr or b"Input/output error" in failed.stderr, failed.stderr
    wait_until(lambda: not node.exists(), what="the node to go")


def test_a_drive_that_is_pulled_and_put_back_is_found_again(serve: Serve) -> None:
    drive = serve("plain").connect("plain")
    drive.write(RESIDENT)
    drive.ask("unplug")
    assert drive.read().returncode != 0
    drive.ask("plug")
    wait_until(lambda: drive.connected[0].state == "live", what="the controller to be live again")
    assert drive.read().stdout.startswith(RESIDENT.encode())


def test_a_bad_block_is_a_medium_error_and_its_neighbour_is_not(serve: Serve) -> None:
    drive = serve("plain").connect("plain")
    drive.namespace()
    drive.lie("bad_blocks", [[1, 9600]])  # udev and the partition scan read neither this nor its surroundings
    assert drive.read(offset_pages=1199).returncode == 0
    failed = drive.read(offset_pages=1200)
    assert failed.returncode != 0
    assert b"No data available" in failed.stderr, failed.stderr  # ENODATA: critical medium error
    assert "critical medium error" in run("dmesg").stdout


def test_a_slow_drive_answers_in_the_end(serve: Serve) -> None:
    drive = serve("plain", rate=1).connect("plain")
    drive.namespace()
    drive.lie("slow", 1.5)
    begun = time.monotonic()
    done = drive.read()
    assert done.returncode == 0
    assert time.monotonic() - begun >= 1.5
    drive.lie("slow", 0)


def test_reads_out_of_a_cache_betray_themselves_after_a_power_cycle(serve: Serve, walked: Walked) -> None:
    drive = serve("plain", rate=100).connect("plain")
    drive.write(RESIDENT)
    drive.lie("cached_reads", True)
    assert run("nvme", "sanitize", drive.node, "-a", "2").returncode == 0
    wait_until(lambda: drive.state()["sanitize"]["outcome"] == 1)
    walked.note("dd", "read after a sanitize that only fills a cache", drive.read().stdout, bytes(4096))
    drive.ask("power-cycle")
    wait_until(lambda: drive.connected[0].state == "live" and drive.read().returncode == 0, what="the drive to come back")
    assert drive.read().stdout.startswith(RESIDENT.encode())


def test_a_sanitize_goes_on_after_the_plug_was_pulled(serve: Serve) -> None:
    drive = serve("plain", rate=100).connect("plain")
    drive.write(RESIDENT)
    drive.lie("stuck_at", 0x8000)  # so that it is in progress however slow the machine is
    assert run("nvme", "sanitize", drive.node, "-a", "2").returncode == 0
    drive.ask("cut")
    drive.ask("power-on")
    assert drive.state()["sanitize"]["outcome"] == 2
    drive.lie("stuck_at", None)
    wait_until(lambda: drive.state()["sanitize"]["outcome"] == 1, what="the end of the sanitize")
    assert drive.remnants(RESIDENT) == 0


def test_two_drives_with_one_serial_are_two_drives_to_the_kernel(serve: Serve) -> None:
    front = serve("one=plain=SAME", "other=plain=SAME")
    one, other = front.connect("one"), front.connect("other")
    assert one.state()["serial"] == other.state()["serial"] == "SAME"
    assert one.namespace() != other.namespace()
    one.write(RESIDENT)
    assert not other.read().stdout.startswith(RESIDENT.encode())


def test_an_unplugged_drive_leaves_in_good_order(serve: Serve) -> None:
    drive = serve("plain").connect("plain")
    node = drive.namespace()
    drive.connected[0].disconnect()
    wait_until(lambda: not node.exists(), what="the node to go")
    assert drive.state()["powered"]
