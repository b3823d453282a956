"""Everything that `greenroom evaluate` measures, part by part, and the page that shows it."""
