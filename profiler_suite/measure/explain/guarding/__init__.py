"""What keeps a function from harming the suite: forks, limits of time, a changed process."""
