"""The source of a function before it is read: its pieces, in their plain forms."""
