"""Data sets: what there is to train on, where it comes from and in which forms.

`catalogue` describes (no torch), `sets` loads and splits (torch). Nothing is imported here,
so that the window can list the data sets before torch is there.
"""
