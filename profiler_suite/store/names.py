"""The names of the files in a run folder."""

RECORDS = "records.jsonl"
RUN = "run.json"
HOSTS = "hosts"
HOLDER = ".holder.json"
"""Who holds the folder; there while a sweep runs, and after one that was killed."""
