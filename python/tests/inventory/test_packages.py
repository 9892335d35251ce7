import json
import re
import subprocess
import sys
from pathlib import Path

from inventory import packages

ROOT = Path(__file__).resolve().parents[3]


def run(*options: str) -> dict:
    script = ROOT / "python" / "inventory" / "packages.py"
    answer = subprocess.run([sys.executable, *options, str(script)], capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def test_it_lists_what_setup_installs():
    setup = (ROOT / "launcher" / "setup.sh").read_text()
    modules = re.search(r"MODULES=\(\n(.*?)\n\)", setup, re.DOTALL).group(1)
    assert list(packages.PACKAGES) == [line.strip().split(":")[0] for line in modules.splitlines()]


def test_installed_packages_have_versions():
    answer = run("-I", "-B")
    assert answer["version"] == ".".join(map(str, sys.version_info[:3]))
    assert re.match(r"\d+\.\d+", answer["packages"]["pandas"])


def test_a_package_that_is_not_there_is_null():
    # Without site-packages nothing but the standard library is found.
    assert set(run("-I", "-B", "-S")["packages"].values()) == {None}
