"""From samples as they were read to the numbers that a model is given, fitted on one part alone."""
