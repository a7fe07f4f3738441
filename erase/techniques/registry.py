"""Every technique by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from erase.techniques import overwrite
from erase.techniques.base import Technique, TechniqueId

TECHNIQUES: Mapping[TechniqueId, Technique] = MappingProxyType({TechniqueId.OVERWRITE: overwrite})
