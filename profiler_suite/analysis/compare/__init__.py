"""Two runs, two environments or several hosts side by side, and how their difference is judged."""
