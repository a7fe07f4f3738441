"""QEMU's SD card on an SDHCI controller."""

from __future__ import annotations

from pathlib import Path

CARD = Path("/dev/mmcblk0")


def test_the_card_is_an_sd_card_and_no_emmc(station):
    assert Path("/sys/block/mmcblk0/device/type").read_text().strip() == "SD"
    assert station.listed(CARD)["areas"] == []  # boot areas and RPMB are an eMMC's


def test_it_discards_and_knows_no_secure_discard(tool):
    tool("blkdiscard", "--force", CARD)
    ended = tool("blkdiscard", "--secure", "--force", CARD, status=1)
    assert "not supported" in ended.stderr


def test_one_pass_over_flash_is_refused_and_several_erase_it(station):
    CARD.write_bytes(b"a photograph" * 1000)
    refused = station.erase(CARD)
    assert refused.status == 2
    assert refused.json["error"] == "planner.two-passes-needed"
    said = station.erase(CARD, scheme="dod-5220-22m-3")
    assert said.status == 0, said.out
    assert b"a photograph" not in CARD.read_bytes()
