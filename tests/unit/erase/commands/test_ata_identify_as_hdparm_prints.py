"""The recorded drives' features beside what hdparm 9.65 prints of the same words (`hdparm --Istdin`). '+': hdparm marks it as enabled.

The order is that of the recordings; drives that are no ATA disks are left out. Trusted Computing (word 48) hdparm does not print.
"""

import json
from pathlib import Path

import pytest

from erase.commands.ata_features import Feature
from erase.commands.ata_identify import parse_identify

DRIVES = [
    drive
    for drive in map(json.loads, (Path(__file__).parents[3] / "drives/identify/drives.jsonl").read_text().splitlines())
    if drive["kind"] == "ata" and "lie" not in drive
]
COMMON = "smart+ hpa+ write_cache+ read_look_ahead+ dco+ hpa_security"
LOGS = "smart_error_log+ smart_self_test+"
FLUSH = "flush_cache+ flush_cache_ext+"
SSD = f"{COMMON} security lba48+ {FLUSH} {LOGS} general_purpose_logging+ log_dma+ trim+ enhanced"
# megabytes of 10^6 bytes, minutes of SECURITY ERASE UNIT, features
PRINTED = [
    ("Maxtor 4D060H3", 61475, None, f"{COMMON} lba48+ {LOGS}"),
    ("Maxtor 4D060H3", 61475, None, f"{COMMON} {LOGS}"),
    ("ST3160023AS", 160041, None, f"{COMMON.replace('smart+', 'smart')} security lba48+ {FLUSH} {LOGS}"),
    ("Maxtor 6B200M0", 203928, None, f"{COMMON.replace('smart+', 'smart')} security lba48+ {FLUSH} {LOGS} general_purpose_logging+"),
    ("Maxtor 6B200M0", 200049, None, f"{COMMON.replace('hpa+ ', '')} lba48+ {FLUSH} {LOGS}"),
    ("Maxtor 6B200M0", 203928, None, f"{COMMON} security lba48+ {FLUSH} {LOGS} general_purpose_logging+"),
    ("Maxtor 4R120L0", 122942, None, f"{COMMON.replace('smart+', 'smart')} security {FLUSH} {LOGS}"),
    ("ST3400633AS", 400088, None, f"{COMMON} security lba48+ {FLUSH} {LOGS} general_purpose_logging+"),
    ("WDC WD4000KD-00NAB0", 400088, None, f"{COMMON} security lba48+ {FLUSH} {LOGS} general_purpose_logging+ sct+"),
    ("IC35L060AVVA07-0", 61492, 36, f"{COMMON} security flush_cache+ power_up_in_standby"),
    ("Maxtor 6Y120P0", 122942, None, f"{COMMON} security {FLUSH} {LOGS}"),
    ("YATAPDONG BAREFOOT-ROM", None, None, "write_cache+ lba48+"),  # hdparm prints 137438 and has no doubts
    (
        "WDC  WSH722880ALN604",
        28001039,
        2716,
        f"{COMMON} security lba48+ {FLUSH} {LOGS} general_purpose_logging+ log_dma+ sct+ sanitize+ overwrite+ power_up_in_standby"
        " sense_data_reporting+",  # as 'unknown 119[6]'
    ),
    ("LEXAR ATA FLASH", 49, None, ""),
    ("ST33232A", 3227, None, "smart"),
    ("WDC WD800BB-00CAA1", 80026, None, f"{COMMON} security {LOGS}"),
    ("WDC AC22100H", 2111, None, ""),
    ("Samsung SSD 870 EVO 2TB", 2000398, 4, f"{SSD} sct+ deterministic+ zeroes+ encrypts_all+ trusted_computing+"),
    ("Samsung SSD 860 EVO 500GB", 500107, 4, f"{SSD} sct+ deterministic+ zeroes+ encrypts_all+ trusted_computing+"),
    ("SATA SSD", 240057, 20, SSD),
    ("ST380013AS", 80026, None, f"{COMMON} security lba48+ {FLUSH} {LOGS}"),
]


def features(identify):
    """Each feature by its name, with '+' where it is enabled, or where there is nothing to enable."""
    found = set()
    for name, value in vars(identify.features).items():
        if isinstance(value, Feature) and value.supported:
            found.add(name + "+" * bool(value.enabled))
        elif value is True and name not in ("lba", "dma", "more_told"):
            found.add(name + "+")
    others = {
        "security": identify.security.supported,
        "enhanced": identify.security.enhanced_supported,
        "sanitize+": identify.sanitize.supported,
        "overwrite+": identify.sanitize.overwrite,
        "block_erase+": identify.sanitize.block_erase,
        "crypto_scramble+": identify.sanitize.crypto_scramble,
        "trim+": identify.trim.supported,
        "deterministic+": identify.trim.deterministic,
        "zeroes+": identify.trim.zeroes,
        "encrypts_all+": identify.medium.encrypts_all,
    }
    return found | {name for name, has in others.items() if has}


@pytest.mark.parametrize(
    ("drive", "printed"), list(zip(DRIVES, PRINTED, strict=True)), ids=lambda value: str(value[0]) if isinstance(value, tuple) else ""
)
def test_features_capacity_and_times_are_as_hdparm_prints_them(drive, printed):
    model, megabytes, minutes, named = printed
    identify = parse_identify(b"".join(bytes.fromhex(drive["words"][place : place + 4])[::-1] for place in range(0, 1024, 4)))
    assert (identify.model, identify.security.normal_time.minutes) == (model, minutes)
    assert (identify.capacity.size and identify.capacity.size // 10**6) == megabytes
    assert features(identify) == set(named.split())
