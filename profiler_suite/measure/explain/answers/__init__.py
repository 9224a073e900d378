"""Whether two functions answer alike, on given arguments that are put back and on others."""
