"""What a sweep is going to measure, in which order, and how long that takes."""
