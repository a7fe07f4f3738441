"""The linter: each bad file differs from the good one by exactly its lie, and is refused for exactly that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_profiles.errors import ProfileError
from hardware_profiles.lint import lint
from hardware_profiles.reading import read, shipped

GOOD = """
[[profile]]
name = "example-nv1000"
match.kind = "nvme"
match.model = ["EXAMPLE NV1000 *"]
match.firmware_range = { beginning = "1.", digits = 2, from = 3, to = 7 }
quirks.forbid = ["nvme-write-zeroes"]
quirks.expect_time = { at_least = 2, at_most = 60 }
quirks.stuck_rule = { progress = 655, after_seconds = 3600, then = "leave-alone" }
quirks.expect_pattern = "33cc55aa"
quirks.boot_option = ["libata.allow_tpm=1"]
note.ja = "例のドライブ。"
note.en = "A drive made up for this test."

[[profile.evidence]]
source = "https://example.com/issues/1"
date = 2026-01-31
confidence = "reported"
"""
SECOND = """
[[profile]]
name = "example-bridge"
match.usb = ["152d:0583"]
match.usb_release = ["0100-0205"]
quirks.pass_through = "sat-16"
quirks.claim_cap = "clear"
note.ja = "例のブリッジ。"
note.en = "A bridge made up for this test."

[[profile.evidence]]
source = "Handbook of examples, second edition"
date = 2026-01-31
confidence = "from-memory"
"""


def faults_of(text: str, file: str = "drives/example.toml") -> list[ProfileError]:
    return lint([(file, text)])


def test_the_good_file_is_good() -> None:
    assert faults_of(GOOD + SECOND) == []


BAD = {
    "not-toml": ("[[profile]]", "[[profile]", "", "not TOML"),
    "unknown-key-in-the-entry": ("note.ja", "label = 1\nnote.ja", "label", "unknown key; allowed: name, match"),
    "unknown-match": ('match.kind = "nvme"', 'match.type = "nvme"', "match.type", "unknown key; allowed: kind, transport"),
    "unknown-quirk-that-would-add": (
        'quirks.forbid = ["nvme-write-zeroes"]',
        'quirks.allow = ["nvme-write-zeroes"]',
        "quirks.allow",
        "unknown key; allowed: forbid",
    ),
    "unknown-command": ('["nvme-write-zeroes"]', '["nvme-write-zeros"]', "quirks.forbid[0]", "nvme-write-zeroes"),
    "unknown-kind": ('match.kind = "nvme"', 'match.kind = "nvmf"', "match.kind", "allowed: ata, scsi, nvme, mmc"),
    "unknown-confidence": ('"reported"', '"sure"', "evidence[0].confidence", "allowed: confirmed, reported"),
    "unknown-key-in-evidence": ("date = 2026-01-31", "date = 2026-01-31\nurl = 1", "evidence[0].url", "allowed: source, date, confidence"),
    "wrong-type": ("at_least = 2", 'at_least = "2"', "quirks.expect_time.at_least", "int"),
    "no-evidence": (GOOD[GOOD.index("[[profile.evidence]]") :], "", "evidence", "missing"),
    "empty-evidence": (GOOD[GOOD.index("[[profile.evidence]]") :], "evidence = []\n", "evidence", "no evidence"),
    "evidence-without-date": ("date = 2026-01-31\n", "", "evidence[0].date", "missing"),
    "evidence-of-no-age": ("date = 2026-01-31", "date = 1926-01-31", "evidence[0].date", "age"),
    "source-that-names-nothing": ('"https://example.com/issues/1"', '"somewhere"', "evidence[0].source", "https"),
    "name-not-kebab-case": ('"example-nv1000"', '"Example_NV1000"', "name", "kebab-case"),
    "no-japanese-note": ("例のドライブ。", "A drive.", "note.ja", "no Japanese"),
    "no-english-note": ("A drive made up for this test.", "例", "note.en", "no English"),
    "note-missing-in-japanese": ('note.ja = "例のドライブ。"\n', "", "note.ja", "missing"),
    "matches-everything": ('"EXAMPLE NV1000 *"', '"*"', "match.model", "matches everything"),
    "matches-nearly-everything": ('"EXAMPLE NV1000 *"', '"E*"', "match.model", "matches everything"),
    "names-no-hardware": (
        'match.model = ["EXAMPLE NV1000 *"]\nmatch.firmware_range = { beginning = "1.", digits = 2, from = 3, to = 7 }',
        "",
        "match.",
        "names no hardware",
    ),
    "range-backwards": ("from = 3, to = 7", "from = 7, to = 3", "match.firmware_range", "matches nothing"),
    "range-too-wide-for-its-digits": ("to = 7", "to = 100", "match.firmware_range", "matches nothing"),
    "bracket-not-closed": ('"EXAMPLE NV1000 *"', '"EXAMPLE NV1000 [*"', "match.model", "not closed"),
    "blank-at-the-end": ('"EXAMPLE NV1000 *"', '"EXAMPLE NV1000 * "', "match.model", "matches nothing"),
    "too-long-for-its-field": ('"EXAMPLE NV1000 *"', f'"{"E" * 41}"', "match.model", "40 characters"),
    "firmware-and-range": ("match.kind", 'match.firmware = ["1.05"]\nmatch.kind', "match.firmware_range", "not both"),
    "one-thing-twice": ('["nvme-write-zeroes"]', '["nvme-write-zeroes", "nvme-write-zeroes"]', "quirks.forbid", "twice"),
    "pattern-not-hexadecimal": ('"33cc55aa"', '"33cc55a"', "quirks.expect_pattern", "hexadecimal"),
    "time-backwards": ("at_most = 60", "at_most = 1", "quirks.expect_time", "at_most is more"),
    "stuck-at-once": ("after_seconds = 3600", "after_seconds = 0", "quirks.stuck_rule", "at least 1"),
    "boot-option-of-another-sort": ('"libata.allow_tpm=1"', '"init=/bin/sh"', "quirks.boot_option", "is none of"),
    "cap-without-effect": ("quirks.expect_p", 'quirks.claim_cap = "purge"\nquirks.expect_p', "quirks.claim_cap", "nobody says"),
    "registers-without-effect": ("quirks.expect_p", 'quirks.registers = "ok"\nquirks.expect_p', "quirks.registers", "nobody says"),
    "transfer-of-nothing": ("quirks.expect_p", "quirks.max_transfer_sectors = 0\nquirks.expect_p", "quirks.max_transfer_sectors", "one"),
    "memory-card-with-pci-ids": ('match.kind = "nvme"', 'match.kind = "mmc"\nmatch.pci = ["8086:0953"]', "match.kind", "matches nothing"),
    "pci-id-in-capitals": ('match.kind = "nvme"', 'match.pci = ["8086:F1A5"]', "match.pci", "is not an id"),
    "subsystem-without-pci": ('match.kind = "nvme"', 'match.pci_subsystem = ["103c:0001"]', "match.pci_subsystem", "without pci"),
}  # fmt: skip
BAD_BRIDGE = {
    "release-backwards": ("0100-0205", "0205-0100", "match.usb_release", "backwards"),
    "release-without-usb": ('match.usb = ["152d:0583"]', 'match.model = ["EXAMPLE"]', "match.usb_release", "without usb"),
    "usb-id-without-colon": ('"152d:0583"', '"152d0583"', "match.usb", "is not an id"),
    "usb-drive-on-sata": ('match.usb = ["', 'match.transport = "sata"\nmatch.usb = ["', "match.transport", "matches nothing"),
    "usb-and-pci": ('match.usb = ["', 'match.pci = ["8086:0953"]\nmatch.usb = ["', "match.pci", "matches nothing"),
    "says-nothing": ('quirks.pass_through = "sat-16"\nquirks.claim_cap = "clear"', "quirks = {}", "quirks", "says nothing"),
}


@pytest.mark.parametrize(("honest", "lie", "key", "problem"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_for_its_lie(honest: str, lie: str, key: str, problem: str) -> None:
    assert GOOD.count(honest) == 1
    (fault,) = faults_of(GOOD.replace(honest, lie) + SECOND)
    assert fault.key == key
    assert problem in str(fault)
    assert str(fault).startswith("drives/example.toml: ")


@pytest.mark.parametrize(("honest", "lie", "key", "problem"), BAD_BRIDGE.values(), ids=BAD_BRIDGE)
def test_a_bad_bridge_is_refused_for_its_lie(honest: str, lie: str, key: str, problem: str) -> None:
    assert SECOND.count(honest) == 1
    (fault,) = faults_of(GOOD + SECOND.replace(honest, lie))
    assert (fault.entry, fault.key) == ("example-bridge", key)
    assert problem in fault.problem


def test_one_bad_entry_does_not_hide_the_others() -> None:
    profiles, problems = read(GOOD.replace("nvme-write-zeroes", "nvme-write-ones") + SECOND, "drives/example.toml")
    assert [profile.name for profile in profiles] == ["example-bridge"]
    assert [problem.entry for problem in problems] == ["example-nv1000"]


def test_an_entry_without_a_name_is_named_by_its_place() -> None:
    (fault,) = faults_of(SECOND + GOOD.replace('name = "example-nv1000"\n', ""))
    assert (fault.entry, fault.key, fault.problem) == ("profile 2", "name", "missing")


@pytest.mark.parametrize("text", ["", "profile = 1", "profile = [1]", "profile = []"])
def test_a_file_without_profiles_is_refused(text: str) -> None:
    (fault,) = faults_of(text)
    assert "[[profile]]" in fault.problem


LINES = GOOD.strip().splitlines()
VALUES = st.sampled_from(
    ["1", "-1", "true", '""', '"x"', "[]", "[1]", '["*"]', "{}", "{ a = 1 }", "2026-01-31T00:00:00Z", "1e400", "nan", '"\\u0000"']
)


@given(st.integers(0, len(LINES) - 1), VALUES)
def test_nonsense_for_a_value_is_told_as_a_fault(line: int, value: str) -> None:
    name = LINES[line].split(" = ")[0]
    text = "\n".join([*LINES[:line], f"{name} = {value}" if " = " in LINES[line] else name, *LINES[line + 1 :]])
    assert all(str(fault) for fault in faults_of(text))


@given(st.text() | st.builds(lambda head, at: GOOD[:at] + head + GOOD[at + len(head) :], st.text(max_size=9), st.integers(0, len(GOOD))))
def test_a_damaged_file_is_told_as_a_fault(text: str) -> None:
    assert all(str(fault) for fault in faults_of(text))


def test_nesting_without_end_is_told_as_a_fault() -> None:
    (fault,) = faults_of("a = " + "[" * 100_000)
    assert "not TOML" in fault.problem


def test_a_table_beside_the_profiles_is_refused() -> None:
    (fault,) = faults_of("[defaults]\nkind = 1\n" + GOOD)
    assert (fault.key, fault.problem) == ("defaults", "unknown key; allowed: profile, as [[profile]] tables")


def test_a_file_name_is_kebab_case() -> None:
    (fault,) = faults_of(GOOD, "drives/Example_Drives.toml")
    assert "kebab-case" in fault.problem


def test_two_entries_of_one_name_are_refused_across_files() -> None:
    other = SECOND.replace('"example-bridge"', '"example-nv1000"')
    (fault,) = lint([("drives/a.toml", GOOD), ("bridges/b.toml", other)])
    assert (fault.file, fault.key) == ("bridges/b.toml", "name")
    assert "drives/a.toml" in fault.problem


def _pair(first: tuple[str, str], second: tuple[str, str]) -> list[ProfileError]:
    """Two profiles: what they match and what they say."""
    entry = SECOND.replace('match.usb = ["152d:0583"]\nmatch.usb_release = ["0100-0205"]', "{match}")
    entry = entry.replace('quirks.pass_through = "sat-16"\nquirks.claim_cap = "clear"', "{quirks}").replace('"example-bridge"', '"{name}"')
    texts = []
    for name, (match, quirks) in zip(("first", "second"), (first, second), strict=True):
        texts.append(entry.replace("{match}", match).replace("{quirks}", quirks).replace("{name}", name))
    return faults_of("".join(texts))


MODEL, SIBLING, FAMILY = 'match.model = ["EXAMPLE 1"]', 'match.model = ["EXAMPLE 2"]', 'match.model = ["EXAMPLE *"]'
NO_TRIM, NO_LOGS = 'quirks.forbid = ["ata-trim"]', 'quirks.forbid = ["ata-read-log"]'
SAT, JMICRON, NOTHING = (f'quirks.pass_through = "{word}"' for word in ("sat-16", "jmicron", "none"))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((MODEL, NO_TRIM), (SIBLING, NO_TRIM), None),
        ((MODEL, NO_TRIM), (MODEL, NO_LOGS), "duplicate"),
        ((FAMILY, NO_TRIM), (MODEL, NO_LOGS), None),
        ((FAMILY, NO_TRIM), (MODEL, NO_TRIM), "unreachable"),
        ((FAMILY, NO_TRIM + '\nquirks.claim_cap = "none"'), (MODEL, NO_TRIM + '\nquirks.claim_cap = "clear"'), "unreachable"),
        ((FAMILY, NO_TRIM + '\nquirks.claim_cap = "clear"'), (MODEL, NO_TRIM + '\nquirks.claim_cap = "none"'), None),
        ((FAMILY, SAT), (MODEL, JMICRON), None),  # the more specific one is heard
        (('match.model = ["EXAMPLE 1*"]', SAT), ('match.model = ["EXAMPLE *1"]', JMICRON), "contradicts"),
        (('match.model = ["EXAMPLE 1*"]', SAT), ('match.model = ["EXAMPLE 2*"]', JMICRON), None),
        (('match.model = ["EXAMPLE 1*"]', SAT), ('match.model = ["EXAMPLE *1"]', SAT), None),
        (('match.model = ["EXAMPLE 1*"]', NOTHING), ('match.model = ["EXAMPLE *1", "EXAMPLE 12"]', JMICRON), "none is final"),
        (
            (FAMILY + '\nmatch.firmware = ["1.05"]', 'quirks.expect_pattern = "00"'),
            ('match.model = ["EXAMPL?*1"]\nmatch.firmware = ["1.0?"]', 'quirks.expect_pattern = "ff"'),
            None,
        ),
        (
            ('match.model = ["EXAMPLE 1*"]', "quirks.expect_time = { at_least = 1, at_most = 5 }"),
            ('match.model = ["EXAMPLE *1"]', "quirks.expect_time = { at_least = 1, at_most = 6 }"),
            "contradicts",
        ),
        (('match.usb = ["152d:0583"]', SAT), ('match.pci = ["1000:0097"]', NOTHING), None),  # what hangs on USB has no PCI ids
        (('match.usb = ["152d:*"]', NO_TRIM), ('match.usb = ["152d:0583"]', NO_TRIM), "unreachable"),
        (('match.usb = ["152d:0583"]', NO_TRIM), ('match.usb = ["152d:*"]', NO_TRIM), "unreachable"),
        (
            ('match.usb = ["152d:0583"]\nmatch.usb_release = ["0100-0200"]', SAT),
            ('match.usb = ["152d:0583"]\nmatch.usb_release = ["0200-0300"]', JMICRON),
            "contradicts",
        ),
        (
            ('match.usb = ["152d:0583"]\nmatch.usb_release = ["0100-0199"]', SAT),
            ('match.usb = ["152d:0583"]\nmatch.usb_release = ["0200-0300"]', JMICRON),
            None,
        ),
        (
            (FAMILY + '\nmatch.firmware_range = { beginning = "SD", digits = 2, from = 15, to = 19 }', NO_TRIM),
            (FAMILY + '\nmatch.firmware_range = { beginning = "SD", digits = 2, from = 16, to = 17 }', NO_TRIM),
            "unreachable",
        ),
        (
            (FAMILY + '\nmatch.firmware_range = { beginning = "SD", digits = 2, from = 15, to = 19 }', NO_TRIM),
            (FAMILY + '\nmatch.firmware = ["SD20"]', NO_TRIM),
            None,
        ),
    ],
)
def test_two_profiles_stand_together_or_not(first: tuple[str, str], second: tuple[str, str], expected: str | None) -> None:
    faults = _pair(first, second)
    if expected is None:
        assert faults == []
    else:
        (fault,) = faults
        assert expected in fault.problem


def test_the_profiles_shipped_are_sound() -> None:
    assert [str(fault) for fault in lint(shipped())] == []


def test_at_least_ninety_are_shipped_of_each_family_some() -> None:
    counted = {}
    for file, text in shipped():
        family = file.split("/")[0]
        counted[family] = counted.get(family, 0) + len(read(text, file)[0])
    assert sum(counted.values()) >= 90
    assert counted["drives"] >= 40
    assert counted["bridges"] >= 30
    assert counted["adapters"] >= 5
