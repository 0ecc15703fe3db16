"""Pure decisions: (state, event, now) -> (state, outputs). Nothing here reads a clock or does I/O."""
