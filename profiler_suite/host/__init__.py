"""What the operating system says of the computer: short texts, sizes of caches."""
