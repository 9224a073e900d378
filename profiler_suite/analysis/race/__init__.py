"""Versions of a function and revisions of a repository: what their races say."""
