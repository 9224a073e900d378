"""A name that does harm wherever it is not escaped."""

HOSTILE = "<script>alert(1)</script>"
