"""A function written another way: from source to source, without asking what it costs."""
