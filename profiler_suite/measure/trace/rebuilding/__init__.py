"""A traced call made again: the same callable on fresh arguments of the same form."""
