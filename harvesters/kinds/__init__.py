"""One module a kind of source, each two pure functions (`start`, `parse`) and a reader of one stored payload (`read`)."""
