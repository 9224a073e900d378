"""One function: where its time goes, and what to change."""
