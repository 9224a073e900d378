"""Files for other programs: CSV, Markdown, JSON, pyperf and their like."""
