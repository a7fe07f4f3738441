"""Drives of all kinds at once."""

from nvme_rig import common_front, serve
from tcmu_rig import front

__all__ = ["common_front", "front", "serve"]
