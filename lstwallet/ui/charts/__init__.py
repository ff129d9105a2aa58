"""Charts. Only here is pyqtgraph imported; import these modules when a chart is first shown."""

from lstwallet.ui.charts.mirror import import_pyqtgraph

import_pyqtgraph()
