"""Steps that samples go through before a model gets them, fitted on the training part alone."""
