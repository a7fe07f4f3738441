"""What is attached: sysfs is the ground truth, pyudev and blkinfo are asked beside it. Nothing here writes to a drive."""
