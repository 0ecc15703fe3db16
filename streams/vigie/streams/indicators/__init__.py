"""Named indicators, one file each (or one for those that differ by a parameter only); each registers itself."""
