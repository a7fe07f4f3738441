"""Builds the wheel: setuptools, after the catalogues have been compiled (.mo files are made, not kept in git).

pyproject.toml names this module as the build backend (PEP 517).
"""

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from setuptools import build_meta

get_requires_for_build_wheel = build_meta.get_requires_for_build_wheel
get_requires_for_build_editable = build_meta.get_requires_for_build_editable
prepare_metadata_for_build_wheel = build_meta.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable

type_of_settings = Mapping[str, Any] | None


class UnsupportedOperation(Exception):
    """What PEP 517 names the refusal of a backend to make a source archive."""


def _compile_catalogues() -> None:
    if runpy.run_path(str(Path(__file__).parent / "compile-catalogues"))["main"]() != 0:
        raise SystemExit("a catalogue can't be compiled")


def build_wheel(wheel_directory: str, config_settings: type_of_settings = None, metadata_directory: str | None = None) -> str:
    _compile_catalogues()
    built: str = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    return built


def build_editable(wheel_directory: str, config_settings: type_of_settings = None, metadata_directory: str | None = None) -> str:
    _compile_catalogues()
    built: str = build_meta.build_editable(wheel_directory, config_settings, metadata_directory)
    return built


def build_sdist(sdist_directory: str, config_settings: type_of_settings = None) -> NoReturn:
    raise UnsupportedOperation("the source is published as a git repository; build the wheel from a checkout")
