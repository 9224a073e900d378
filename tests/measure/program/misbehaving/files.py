"""The files of a small program, by name: text, or bytes in an encoding of their own."""

Files = dict[str, str | bytes]
