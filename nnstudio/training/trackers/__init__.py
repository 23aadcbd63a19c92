"""Trackers: a training written down for programs that others have made to look at trainings.

They follow the events of a kept run and change nothing of it.
"""
