"""Studies: plans that yield runs. Folds, repeats and comparisons; what came of them."""
