"""What is said of a run or a function, for any medium."""
