"""What is known about families of drives, bridges and adapters, as data.

``look_up(Subject(...))`` gives all profiles that match and what they come to. See README.md for the keys, and for adding a drive.
"""

from hardware_profiles.errors import ProfileError
from hardware_profiles.lookup import Match, look_up
from hardware_profiles.merging import MergedQuirks
from hardware_profiles.rules import Subject
from hardware_profiles.schema import Evidence, Profile, StuckRule

__all__ = ["Evidence", "Match", "MergedQuirks", "Profile", "ProfileError", "StuckRule", "Subject", "look_up"]
