"""What a function can reach: names in its code, containers, what compiled objects hold."""
