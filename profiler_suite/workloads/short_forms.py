"""The short forms of `sweep --set`: options that workloads own, with their help.

Imports nothing, as `--help` lists them. Which dimensions a short form sets, a workload says
itself (`Workload.short_forms`).
"""

OPTIONS = {
    "sizes": "Input heights and widths, or rows and columns.",
    "filters": "Filter counts.",
    "strides": "Strides.",
}
