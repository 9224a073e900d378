"""How a figure is drawn: charts, labels, styles, SVG and PNG."""
