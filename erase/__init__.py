"""Drive work: finding drives, planning, erasing, verifying what was done."""
