"""What can be run: workloads, implementations and experiments."""
