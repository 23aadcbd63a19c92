"""The search of hyper-parameters: a study in a folder, its storage, its workers, its result."""
