"""Text of others as it is shown: control characters visible, common indentation gone."""

from collections.abc import Sequence


def visible(text: str) -> str:
    """`text` with control characters (escape sequences in a name) made visible."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def dedented(lines: Sequence[str]) -> list[str]:
    """Source lines without the indentation that all of them have; each stays one line."""
    plain = [visible(line.rstrip().expandtabs(4)) for line in lines]
    common = min((len(line) - len(line.lstrip()) for line in plain if line), default=0)
    return [line[common:] for line in plain]
