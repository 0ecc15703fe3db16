"""Write kafka-jars.lock anew: `python -m vigie.deploy.embedded.lock_jars` resolves, downloads and sums each jar."""

import hashlib
import tempfile
from pathlib import Path

import click
from jgo.maven import Dependency, MavenContext

from vigie.deploy.embedded.jars import LOCK

WANTED = (
    ("org.apache.kafka", "kafka_2.13", "4.4.0"),
    # Without a binding of slf4j the broker ends with exit code 1 and not a word.
    ("org.slf4j", "slf4j-simple", "1.7.36"),
)
HEADER = """\
# The jars of the embedded Kafka: coordinate and SHA-256, checked at each start.
# Made by `python -m vigie.deploy.embedded.lock_jars`, which also says what is wanted; do not edit.
"""


@click.command()
def main() -> None:
    """Resolve the wanted coordinates, then write the lock."""
    with tempfile.TemporaryDirectory() as folder:
        context = MavenContext(repo_cache=Path(folder), local_repos=[], timeout=60)
        wanted = [
            Dependency(context.project(group, name).at_version(version).artifact()) for group, name, version in WANTED
        ]
        inputs, transitive = context.resolver.resolve(wanted)
        lines = []
        for dependency in [*inputs, *transitive]:
            digest = hashlib.sha256(Path(dependency.artifact.resolve()).read_bytes()).hexdigest()
            lines.append(f"{dependency.groupId}:{dependency.artifactId}:{dependency.version} sha256:{digest}\n")
            click.echo(lines[-1], nl=False)
    LOCK.write_text(HEADER + "".join(sorted(lines)), "utf-8")


if __name__ == "__main__":
    main()
