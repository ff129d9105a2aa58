"""Charts. Only here is pyqtgraph imported; import these modules when a chart is first shown."""
