"""The desktop files are well formed, agree with each other and with pyproject.toml."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from nnstudio.project.storage.file import dumps
from nnstudio.project.values import Project

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
ICON = ROOT / "resources" / "icons" / "nnstudio.svg"
DESKTOP = PACKAGING / "nnstudio.desktop"
MIME = PACKAGING / "nnstudio.mime.xml"
METAINFO = PACKAGING / "nnstudio.metainfo.xml"
NAMESPACE = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def desktop_entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DESKTOP, encoding="utf-8")
    return parser["Desktop Entry"]


def run_tool(name: str, *arguments: str | Path) -> None:
    tool = shutil.which(name)
    if tool is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [tool, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [MIME, METAINFO, ICON], ids=lambda path: path.name)
def test_xml_is_well_formed(path: Path) -> None:
    assert ET.parse(path).getroot().tag


def test_the_desktop_entry_starts_the_installed_command() -> None:
    entry = desktop_entry()
    command, argument = entry["Exec"].split()
    assert command == entry["TryExec"]
    assert command in PROJECT["scripts"]
    assert argument == "%f"
    assert entry["Icon"] == ICON.stem


def test_names_agree() -> None:
    entry, info = desktop_entry(), ET.parse(METAINFO).getroot()
    assert info.findtext("name") == entry["Name"]
    assert info.findtext("launchable") == DESKTOP.name
    assert info.findtext("icon") == entry["Icon"]
    assert info.findtext("provides/binary") in PROJECT["scripts"]
    assert info.findtext("project_license") == PROJECT["license"]
    categories = [c.text for c in info.iterfind("categories/category")]
    assert categories == entry["Categories"].rstrip(";").split(";")


def test_the_newest_release_is_this_version() -> None:
    info = ET.parse(METAINFO).getroot()
    releases = [release.get("version") for release in info.iterfind("releases/release")]
    assert releases[0] == PROJECT["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(PROJECT['version'])}\b", changelog, re.MULTILINE)


def test_the_file_type_is_the_same_everywhere() -> None:
    declared = ET.parse(MIME).getroot().find("m:mime-type", NAMESPACE)
    assert declared is not None
    name = declared.get("type")
    assert desktop_entry()["MimeType"] == f"{name};"
    assert ET.parse(METAINFO).getroot().findtext("provides/mediatype") == name
    globs = [glob.get("pattern") for glob in declared.iterfind("m:glob", NAMESPACE)]
    assert globs == ["*.nns"]


def test_a_new_project_has_the_magic_of_the_file_type() -> None:
    outer = ET.parse(MIME).getroot().find(".//m:magic/m:match", NAMESPACE)
    assert outer is not None
    text = dumps(Project())
    assert text.startswith(outer.get("value") or "no value")
    places = [text.find(match.get("value") or "") for match in outer.findall("m:match", NAMESPACE)]
    assert any(1 <= place <= 4096 for place in places)


def test_desktop_file_validate() -> None:
    run_tool("desktop-file-validate", "--warn-kde", DESKTOP)


def test_appstreamcli_validate() -> None:
    run_tool("appstreamcli", "validate", "--no-net", METAINFO)


def test_update_mime_database(tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    shutil.copy(MIME, packages)
    run_tool("update-mime-database", tmp_path)
    globs = (tmp_path / "globs2").read_text(encoding="utf-8")
    assert "60:application/x-nnstudio:*.nns" in globs
