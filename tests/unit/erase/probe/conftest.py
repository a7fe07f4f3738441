"""Machines built of files: a sysfs and a procfs laid out as the kernel does it, and the nodes that belong to them.

The layout is the one of recordings of real kernels (tests/drives); what is built here are the cases that no machine at
hand shows. ``test_recordings.py`` holds the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from erase.errors import Refused
from erase.probe.system import Probe
from erase.probe.tree import Tree

DRIVES = Path(__file__).resolve().parents[3] / "drives"
PCI = "/sys/devices/pci0000:00"
VIRTUAL = "/sys/devices/virtual/block"


class FakeNodes:
    """Nodes as plain files: what sysfs knows by name is a block device. Can fail as real ones do."""

    def __init__(self, root: Path) -> None:
        self._tree = Tree(root)
        self.errors: dict[str, str] = {}  # device -> errno name
        self.open: dict[int, str] = {}  # descriptor -> node
        self.contents: dict[str, bytes] = {}  # node -> what lies on the drive; a node without is unreadable
        self.read_nodes: list[str] = []
        self.claimed: set[str] = set()

    def number_at(self, device: str) -> str:
        if device in self.errors:
            raise Refused("probe", "device-unreadable", device=device, error=self.errors[device])
        node = self._tree.real(device)
        if node is None:
            raise Refused("probe", "no-such-device", device=device)
        number = self._tree.text(f"/sys/class/block/{node.removeprefix('/dev/').replace('/', '!')}/dev")
        if number is None:
            raise Refused("probe", "not-a-block-device", device=device)
        return number

    def number_of(self, descriptor: int) -> str:
        if descriptor not in self.open:
            raise Refused("probe", "device-unreadable", device=f"fd {descriptor}", error="EBADF")
        return self.number_at(self.open[descriptor])

    def is_claimed(self, node: str) -> bool | None:
        return None if node in self.errors else node in self.claimed

    def read(self, node: str, offset: int, length: int) -> bytes:
        self.read_nodes.append(node)
        return self.contents.get(node, b"")[offset : offset + length]


class FakeMachine:
    """A machine under ``root``, built piece by piece."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.nodes = FakeNodes(root)
        self._mounts = 20
        for table in ("/proc/self/mountinfo", "/proc/swaps", "/proc/cmdline"):
            self.file(table, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" if table == "/proc/swaps" else "")

    def file(self, path: str, content: str | bytes) -> None:
        where = self.root / path.lstrip("/")
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(content if isinstance(content, bytes) else content.encode())

    def files(self, folder: str, contents: Mapping[str, str | bytes]) -> None:
        for name, content in contents.items():
            self.file(f"{folder}/{name}", content if isinstance(content, bytes) else content + "\n")

    def folder(self, path: str) -> None:
        (self.root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def link(self, path: str, target: str) -> None:
        """A link to an absolute ``target``, written relative as sysfs does."""
        where = self.root / path.lstrip("/")
        where.parent.mkdir(parents=True, exist_ok=True)
        where.symlink_to("../" * (path.count("/") - 1) + target.lstrip("/"))

    def add(self, path: str, content: bytes) -> None:
        where = self.root / path.lstrip("/")
        where.write_bytes(where.read_bytes() + content)

    # -- block devices

    def block(self, path: str, number: str | None, sectors: int, **files: str) -> str:
        """A block device whose folder is ``path``; ``sectors`` of 512 bytes, whatever its own are."""
        name = path.rpartition("/")[2]
        defaults = {"size": str(sectors), "ro": "0", "removable": "0", **({"dev": number} if number else {})}
        self.files(path, {**defaults, **files})
        for folder in ("holders", "slaves", "queue"):
            self.folder(f"{path}/{folder}")
        self.files(f"{path}/queue", {"logical_block_size": "512", "physical_block_size": "512", "rotational": "1"})
        self.link(f"/sys/class/block/{name}", path)
        if number:
            self.file(f"/dev/{name.replace('!', '/')}", "")
        return path

    def partition(self, disk: str, name: str, number: str, sectors: int = 2048, **files: str) -> str:
        path = f"{disk}/{name}"
        self.files(path, {"dev": number, "size": str(sectors), "ro": "0", "partition": "1", **files})
        self.folder(f"{path}/holders")
        self.link(f"/sys/class/block/{name}", path)
        self.file(f"/dev/{name}", "")
        return path

    def scsi_device(self, place: str, *, files: Mapping[str, str | bytes], generic: str | None = None) -> str:
        """A SCSI logical unit; ``place`` ends in its address, such as .../host0/target0:0:0/0:0:0:0."""
        address = place.rpartition("/")[2]
        self.files(place, {"type": "0", "scsi_level": "6", "state": "running", **files})
        self.link(f"/sys/bus/scsi/devices/{address}", place)
        if generic:
            self.folder(f"{place}/scsi_generic/{generic}")
        return place

    def scsi_disk(self, place: str, name: str, number: str, sectors: int, *, files: Mapping[str, str | bytes]) -> str:
        device = self.scsi_device(place, files=files)
        path = self.block(f"{device}/block/{name}", number, sectors)
        self.link(f"{path}/device", device)
        return path

    def sata(self, name: str = "sda", number: str = "8:0", sectors: int = 1024000, **files: str | bytes) -> str:
        port = 1 + ord(name[2]) - ord("a")
        place = f"{PCI}/0000:00:1f.2/ata{port}/host{port - 1}/target{port - 1}:0:0/{port - 1}:0:0:0"
        return self.scsi_disk(place, name, number, sectors, files={"vendor": "ATA     ", "model": "DISK", "rev": "1", **files})

    def sas(self, name: str, number: str, path: int, sectors: int = 1172123568, **files: str | bytes) -> str:
        place = f"{PCI}/0000:00:02.0/host{path}/port-{path}:0/end_device-{path}:0/target{path}:0:0/{path}:0:0:0"
        defaults = {"vendor": "SEAGATE ", "model": "ST600MM0006     ", "rev": "LS08", "sas_address": f"0x5000c500aabbccd{path}"}
        return self.scsi_disk(place, name, number, sectors, files={**defaults, **files})

    def usb(self, name: str = "sdu", number: str = "65:64", sectors: int = 60062500, **files: str | bytes) -> str:
        stick = f"{PCI}/0000:00:14.0/usb2/2-1"
        self.files(
            stick, {"idVendor": "152d", "idProduct": "0578", "manufacturer": "JMicron", "product": "Bridge", "serial": "DD5641988389F"}
        )
        place = f"{stick}/2-1:1.0/host6/target6:0:0/6:0:0:{ord(name[2]) - ord('u')}"
        return self.scsi_disk(
            place, name, number, sectors, files={"vendor": "JMicron ", "model": "Generic         ", "rev": "0508", **files}
        )

    def nvme_controller(self, number: int, **files: str) -> str:
        path = f"{PCI}/0000:0{number}:00.0/nvme/nvme{number}"
        defaults = {"model": "SAMSUNG MZVLB256HBHQ-000L7", "serial": "S4ELNX0M123456", "firmware_rev": "5M2QEXH7", "transport": "pcie"}
        self.files(path, {**defaults, "subsysnqn": "nqn.1994-11.com.samsung:nvme:PM981a:S4ELNX0M123456", **files})
        self.link(f"/sys/class/nvme/nvme{number}", path)
        return path

    def namespace(self, owner: str, name: str, number: str | None, sectors: int = 500118192, **files: str) -> str:
        path = self.block(f"{owner}/{name}", number, sectors, **{"nsid": "1", **files})
        self.files(f"{path}/queue", {"rotational": "0"})
        self.link(f"{path}/device", owner)
        return path

    def virtual(self, name: str, number: str, sectors: int = 20480, **files: str) -> str:
        return self.block(f"{VIRTUAL}/{name}", number, sectors, **files)

    def loop(self, name: str, number: str, backing: str | bytes, sectors: int = 20480) -> str:
        path = self.virtual(name, number, sectors)
        raw = backing if isinstance(backing, bytes) else backing.encode()
        self.file(f"{path}/loop/backing_file", raw + b"\n")
        return path

    def mapping(self, name: str, number: str, on: list[str], *, uuid: str, title: str, sectors: int = 20480) -> str:
        """A device-mapper device on other block devices (their folders)."""
        path = self.virtual(name, number, sectors)
        self.files(f"{path}/dm", {"uuid": uuid, "name": title})
        self.build_on(path, on)
        return path

    def build_on(self, path: str, on: list[str]) -> None:
        for below in on:
            self.link(f"{below}/holders/{path.rpartition('/')[2]}", path)
            self.link(f"{path}/slaves/{below.rpartition('/')[2]}", below)

    # -- what stands on them

    def mount(
        self, number: str, point: str, *, kind: str = "ext4", source: str = "/dev/root", options: str = "rw", root: str = "/"
    ) -> None:
        self._mounts += 1
        line = f"{self._mounts} 1 {number} {root} {point} rw,relatime shared:1 - {kind} {source} {options}\n"
        self.add("/proc/self/mountinfo", line.encode())

    def swap(self, path: str, kind: str = "partition") -> None:
        self.add("/proc/swaps", f"{path} {kind}\t1048572\t\t0\t\t-2\n".encode())

    def probe(self, **arguments: object) -> Probe:
        return Probe(self.root, nodes=self.nodes, **arguments)


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    """An empty machine to build drives into."""
    return FakeMachine(tmp_path)


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., FakeMachine]:
    """Lays out recordings of tests/drives by name; several make one machine."""

    def lay_out(*names: str) -> FakeMachine:
        machine = FakeMachine(tmp_path)
        for name in names:
            recording = json.loads((DRIVES / name / "tree.json").read_text())
            for path in recording["folders"]:
                machine.folder(path)
            for path, content in recording["files"].items():
                data = bytes.fromhex(content["hex"]) if isinstance(content, dict) else content.encode()
                if path in ("/proc/self/mountinfo", "/proc/swaps"):
                    machine.add(path, data)
                else:
                    machine.file(path, data)
            for path, target in recording["links"].items():
                where = tmp_path / path.lstrip("/")
                where.parent.mkdir(parents=True, exist_ok=True)
                if not where.is_symlink():  # two recordings of one machine
                    where.symlink_to(target)
        return machine

    return lay_out


@pytest.fixture(scope="session")
def identify_data() -> Mapping[str, bytes]:
    """IDENTIFY data of real drives, 512 bytes each, by model (tests/drives/identify)."""
    found = {}
    for line in (DRIVES / "identify" / "drives.jsonl").read_text().splitlines():
        drive = json.loads(line)
        if "words" in drive:
            words = [int(drive["words"][place : place + 4], 16) for place in range(0, 1024, 4)]
            found.setdefault(drive["model"], b"".join(word.to_bytes(2, "little") for word in words))
    return found


@pytest.fixture(scope="session")
def information_page() -> Callable[[bytes], bytes]:
    """VPD page 89h around IDENTIFY data, as libata lays it out (SAT-4 section 12.4.2)."""

    def page(identify: bytes) -> bytes:
        head = bytes.fromhex("00890238 00000000") + b"linux   " + b"libata          " + b"3.00"
        signature = bytes.fromhex("34800040 0001 0000 0000 0000 0001 00000000 0000").ljust(20, b"\0")
        return head + signature + bytes.fromhex("ec000000") + identify

    return page
