"""Two runs, two environments or several hosts side by side, and how they are judged."""
