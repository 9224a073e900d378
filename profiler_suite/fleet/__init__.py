"""Several hosts: who may share a series, what they are given to do, and how it is joined."""
