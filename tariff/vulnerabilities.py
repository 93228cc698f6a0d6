"""``tariff audit-dependencies``: what an advisory database knows of the packages that are deployed.

pip-audit calls a package that its database does not know "no known vulnerability found". Where no
database can be reached that is every package, so those are counted here as not checked.
"""

import json
import subprocess
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from tariff.command_line import CommandFailed
from tariff.paths import ROOT

PIP_AUDIT = ROOT / ".venv-audit/bin/pip-audit"
DEPLOYED = ("layers/pricing/requirements.txt", "layers/columnar/requirements.txt")


def audit_dependencies(
    allow_unchecked: Annotated[
        bool, Option(help="Do not fail where no advisory database can be reached.")
    ] = False,
) -> None:
    """Look every deployed package up in an advisory database (needs the network)."""
    found = [package for file in DEPLOYED for package in _audited(ROOT / file)]
    vulnerable = [
        f"{package['name']} {package['version']}: {', '.join(a['id'] for a in package['vulns'])}"
        for package in found
        if package.get("vulns")
    ]
    unchecked = sorted({package["name"] for package in found if "skip_reason" in package})
    if vulnerable:
        raise CommandFailed("Known vulnerabilities:\n" + "\n".join(vulnerable))
    if unchecked or not found:
        said = f"Not checked: {', '.join(unchecked) or 'any package'}. No advisory database knows"
        said += " them, or none can be reached from here."
        if not allow_unchecked:
            raise CommandFailed(said)
        typer.echo(said)
    else:
        typer.echo(f"{len(found)} packages checked, without a known vulnerability.")


def _audited(requirements: Path) -> list[dict[str, Any]]:
    """What pip-audit found of each package; nothing where it could not run."""
    command = [
        *(str(PIP_AUDIT), "--require-hashes", "--disable-pip", "--progress-spinner", "off"),
        *("--format", "json", "--requirement", str(requirements)),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (OSError, ValueError, KeyError):
        return []
    return packages
