"""Plans that yield runs: each is kept in a folder and worked off by one or several processes."""
