"""The stages of a sweep: request, plan, measurement, report."""
