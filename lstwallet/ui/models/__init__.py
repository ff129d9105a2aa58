"""Tables: one generic model over frozen rows, and the view that draws LOOK's cells."""
