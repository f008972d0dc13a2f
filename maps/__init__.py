"""Everything people look at: maps, reports, workbooks."""
